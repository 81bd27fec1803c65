import { type CallOff, createCallOff } from '../core/call-off.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import type { Logger } from '../core/log.ts';
import type { BmcPort, CallLimits, JudgeGuid } from '../core/ports.ts';
import type { EventData, NewEvent } from '../events/catalogue.ts';
import { saidDown } from '../events/outage.ts';
import type { ServerView } from '../events/view.ts';
import { type AttemptResult, attemptLamp, isHopeless } from './identify-attempt.ts';
import {
  type Attempted,
  type Lamp,
  type LampTimes,
  lampAfter,
  lampPutOff,
  lampWithHope,
  type Wish,
} from './identify-lamp.ts';

/** One server's lamp, and what is under way for it. */
export interface Entry {
  readonly server: string;
  lamp: Lamp;
  wish: Wish;
  attempt: { readonly callOff: CallOff; readonly ended: Promise<void> } | undefined;
  /** How many forced stops and operators have the BMC to themselves. */
  holds: number;
  timer: Timer | undefined;
  /** The failure that the log has been told. */
  complained: string | undefined;
}

export interface PainterDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly times: () => LampTimes;
  readonly serverView: (server: string) => ServerView | undefined;
  readonly bmcOf: (server: string) => BmcPort | undefined;
  readonly judge: (server: string) => JudgeGuid;
  readonly record: (event: NewEvent) => Promise<void>;
  readonly stopping: () => boolean;
}

/** Tells BMCs and the record what lamps are to show. */
export interface Painter {
  /** One attempt, the only one for this lamp; settles when its outcome is in the lamp, and on record as far as that works. */
  paint(entry: Entry, what: Attempted, limitMs: number): Promise<void>;
  /** Puts the end of a lamp's time on record. */
  tellExpired(entry: Entry): void;
}

type Why = NonNullable<EventData<'identify.changed'>['why']>;

/**
 * Whether the server is back, as the view will have it as soon as this reading is folded in: read on after the
 * outage began, while the engine does not say down.
 */
const isBack = (known: ServerView | undefined, power: 'on' | 'off'): boolean => {
  if (power === 'off' || !known) return false;
  return !known.outage || (known.power !== 'on' && !saidDown(known));
};

export const createPainter = (deps: PainterDeps): Painter => {
  const { clock, log, times, serverView, record, stopping } = deps;

  const tell = ({ server }: Entry, lit: boolean, why: Why): Promise<void> => {
    const cause = why === 'down' ? serverView(server)?.outage?.seq : undefined;
    const seconds = times().litMs / 1000;
    const data = { server, lit, requester: 'identify-keeper', why, ...(lit && { seconds }) };
    return record({ type: 'identify.changed', source: 'panel', data, ...(cause && { cause }) });
  };

  const whyNow = ({ server }: Entry, what: Attempted): Why => {
    if (what === 'arm') return 'down';
    if (stopping()) return 'stopping';
    return serverView(server)?.outage ? 'maintenance' : 'back';
  };

  /** Once for each kind of failure, until the lamp is reached again. */
  const complain = (entry: Entry, code: string, message: string): void => {
    const { server, complained } = entry;
    if (complained !== code) log.warn({ server, code, error: message }, 'the identify lamp was not reached');
    entry.complained = code;
  };

  const fail = (entry: Entry, what: Attempted, result: AttemptResult & { kind: 'failed' }, off: boolean) => {
    const { sent, reason } = result;
    const end = { what, done: false, sent, hopeless: isHopeless(reason) };
    const nowMs = clock.nowMs();
    const failed = lampAfter(entry.lamp, end, { startedMs: nowMs, nowMs }, times());
    // What was called off is no failure of the BMC.
    entry.lamp = off ? lampWithHope(failed) : failed;
    if (!off) complain(entry, reason.code, reason.message);
  };

  const succeed = async (entry: Entry, what: Attempted, startedMs: number): Promise<void> => {
    const lit = what === 'arm';
    const news = entry.lamp.toldLit !== lit;
    const end = { what, done: true, sent: true, hopeless: false };
    entry.lamp = lampAfter(entry.lamp, end, { startedMs, nowMs: clock.nowMs() }, times());
    entry.complained = undefined;
    if (news) await tell(entry, lit, whyNow(entry, what));
  };

  const attempt = async (entry: Entry, what: Attempted, bmc: BmcPort, limits: CallLimits): Promise<void> => {
    const { server } = entry;
    const startedMs = clock.nowMs();
    const seconds = what === 'arm' ? times().litMs / 1000 : 0;
    const judge = deps.judge(server);
    const back = (power: 'on' | 'off') => isBack(serverView(server), power);
    const result = await attemptLamp({ bmc, judge, isBack: back }, seconds, limits);
    if (result.kind === 'done') return succeed(entry, what, startedMs);
    if (result.kind === 'back') entry.lamp = lampPutOff(entry.lamp, clock.nowMs(), times());
    else fail(entry, what, result, limits.signal?.calledOff ?? false);
  };

  return {
    async paint(entry, what, limitMs) {
      const bmc = deps.bmcOf(entry.server);
      if (!bmc) return;
      const callOff = createCallOff();
      const { signal } = callOff;
      const limits: CallLimits = { deadline: deadlineIn(clock, limitMs), priority: 'background', signal };
      const ended = attempt(entry, what, bmc, limits).finally(() => {
        entry.attempt = undefined;
      });
      entry.attempt = { callOff, ended };
      await ended;
    },
    tellExpired(entry) {
      entry.lamp = { ...entry.lamp, toldLit: false };
      void tell(entry, false, 'expired');
    },
  };
};
