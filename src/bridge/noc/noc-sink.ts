import { type Clock, isoNow } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import { createLane } from '../../core/lane.ts';
import type { Event } from '../../events/catalogue.ts';
import type { Journal } from '../../events/journal.ts';
import type { Gap, Sink } from '../spool/sink.ts';
import { createFilter, type NoticeFilter, typesOf } from './filter.ts';
import { createMaintenanceHold, replayMaintenances } from './maintenance-hold.ts';
import { type Notice, noticeOf, type Speaker, testType } from './notice.ts';
import type { NoticeSender } from './sender.ts';

export interface NocSinkOptions {
  readonly name: string;
  readonly filter: NoticeFilter;
  readonly sender: NoticeSender;
}

export interface NocSinkDeps {
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'read'>;
  readonly speaker: () => Speaker;
}

/** What came of a message that somebody sent to try the way. */
export interface TestResult {
  readonly sink: string;
  readonly taken: boolean;
  /** `answered`: the receiver said that it has it. `sent`: it left this machine, and nobody objected. */
  readonly proof: NoticeSender['proof'];
  readonly failure?: string;
  readonly tookMs: number;
}

/** A receiver of notices as the spool feeds it, and as a person tries it. */
export interface NocSink {
  readonly sink: Sink<Notice>;
  /** Sends a notice past the spool; waits for a `send` that is under way. */
  test(): Promise<TestResult>;
  /** Tries once to send what is not in the journal, where it is wanted. Resolves with what went wrong; never rejects. */
  tell(event: Event): Promise<string | undefined>;
}

/** Messages past the journal that may wait for a slow receiver. */
const mostAside = 16;

const testNotice = ({ gateway, cluster, language }: Speaker, at: string): Notice => ({
  ...{ key: `${gateway}/test`, state: 'note', severity: 'info', weight: 'info' },
  text:
    language === 'ja'
      ? `${gateway} のゲートウェイからのテスト通知です。`
      : `A test message of the gateway on ${gateway}.`,
  ...{ type: testType, seq: 0, at, gateway, cluster },
});

export const createNocSink = ({ name, filter, sender }: NocSinkOptions, deps: NocSinkDeps): NocSink => {
  const { clock, journal, speaker } = deps;
  const types = typesOf(filter);
  const isWanted = createFilter(filter);
  const hold = createMaintenanceHold();
  // A sender does one thing at a time.
  const lane = createLane();
  const never = { calledOff: false, listen: () => {}, forget: () => {} };

  const pick = (event: Event): readonly Notice[] => {
    const notice = noticeOf(event, speaker());
    return hold.pass(event, notice && isWanted(event, notice) ? notice : undefined);
  };

  const tellGap = (gap: Gap): readonly Notice[] => {
    const at = isoNow(clock);
    const data = { sink: name, ...gap };
    const event: Event = { type: 'sink.gap', source: 'bridge', severity: 'warning', seq: 0, at, data };
    const notice = noticeOf(event, speaker());
    return notice && isWanted(event, notice) ? [notice] : [];
  };

  return {
    sink: {
      ...{ name, types, pick, tellGap, window: sender.window },
      begin: (after) => replayMaintenances(journal, { types: [...types], upTo: after }, pick),
      send: (notices, signal) => lane.run('background', () => sender.send(notices, signal)),
      close: () => sender.close(),
    },
    async tell(event) {
      const notice = noticeOf(event, speaker());
      if (!notice || !isWanted(event, notice)) return undefined;
      if (lane.depth() > mostAside) return 'too many wait';
      const { failure } = await lane
        .run('operator', () => sender.send([notice], never))
        .catch((error: unknown) => ({ failure: messageOf(error) }));
      return failure;
    },
    async test() {
      const startedMs = clock.nowMs();
      const notice = testNotice(speaker(), isoNow(clock));
      const { taken, failure } = await lane.run('operator', () => sender.send([notice], never));
      const tookMs = Math.round(clock.nowMs() - startedMs);
      const { proof } = sender;
      return { sink: name, taken: taken === 1, proof, ...(failure !== undefined && { failure }), tookMs };
    },
  };
};
