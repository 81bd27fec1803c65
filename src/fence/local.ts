import { type CallOff, createCallOff } from '../core/call-off.ts';
import type { Clock } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import { CodedError, messageOf } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { Logger } from '../core/log.ts';
import type { LocalAction, Reason, Step } from '../core/outcome.ts';
import type { Event, LocalReport, NewEvent } from '../events/catalogue.ts';
import type { LocalView } from '../events/view.ts';
import { type LocalEnd, type LocalPolicy, type LocalWay, tryAll } from './local-chain.ts';
import { writeInTime } from './write-in-time.ts';

export interface LocalOrder {
  readonly action: LocalAction;
  readonly requester: string;
  /** Why, in the words of whoever asks; for the journal. */
  readonly why: string;
}

/** What one way would do now, of what is allowed. */
export interface LocalWayVerdict {
  readonly way: string;
  readonly actions: readonly LocalAction[];
  readonly findings: readonly Finding[];
}

/** Whether every action that is allowed has at least one way that would be able to. */
export interface LocalExamination {
  readonly server: string;
  readonly works: boolean;
  readonly actions: readonly LocalAction[];
  /** Allowed, and nothing is able to. */
  readonly missing: readonly LocalAction[];
  readonly ways: readonly LocalWayVerdict[];
}

export interface LocalDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The server this gateway runs on. */
  readonly server: string;
  readonly policy: LocalPolicy;
  /** How long the disk may hold an action up, in milliseconds. */
  readonly journalLimitMs: number;
  readonly record: (event: NewEvent) => Promise<Event>;
  readonly newRequestId: () => string;
  /** The kernel's id of this boot, where it tells. */
  readonly boot: string | undefined;
}

export interface LocalService {
  /**
   * Resets, stops, cycles or interrupts the own server, by one way after the other. Where that works nobody gets
   * an answer. What did not work is a result; throws only `fence.stopping`.
   */
  act(order: LocalOrder): Promise<LocalReport>;
  /** Whether it would work now. Changes nothing, and never throws. */
  examine(): Promise<LocalExamination>;
  /** Puts on record what the last life of the gateway ended in: the request that nobody saw the end of. */
  resume(unfinished: LocalView | undefined): Promise<void>;
  /** Takes no more requests, calls off the one under way, and resolves when its end is told. */
  stop(): Promise<void>;
}

/** How long one way may be looked at, in milliseconds. */
const lookLimitMs = 5_000;

const examineWay = async (
  { clock, policy }: LocalDeps,
  { name, port }: LocalWay,
): Promise<LocalWayVerdict> => {
  const limits = { deadline: deadlineIn(clock, lookLimitMs), priority: 'operator' } as const;
  const { actions, findings } = await port.examine(limits);
  return { way: name, actions: policy.actions.filter((action) => actions.includes(action)), findings };
};

/** The final actions on the own server; one at a time, each on record before anything is sent. */
export const createLocalService = (deps: LocalDeps): LocalService => {
  const { clock, log, server, policy, boot } = deps;
  let underWay:
    | { readonly action: LocalAction; readonly callOff: CallOff; ended: Promise<unknown> }
    | undefined;
  let stopping = false;

  const write = (event: NewEvent) => writeInTime({ ...deps, limitMs: deps.journalLimitMs }, event);

  const refusal = (action: LocalAction): Reason | undefined => {
    if (!policy.actions.includes(action))
      return {
        code: 'local.notAllowed',
        message: `local.actions does not list ${action}, so nothing was sent`,
      };
    if (!underWay) return undefined;
    const message = `a local ${underWay.action} is under way, so ${action} was not begun`;
    return { code: 'local.busy', message };
  };

  const refuse = async (request: string, order: LocalOrder, reason: Reason): Promise<LocalReport> => {
    const { action } = order;
    const data = { request, server, ...order, reason };
    const journalled = await write({ type: 'local.refused', source: 'fence', data });
    return { request, server, action, outcome: 'refused', reason, journalled, steps: [] };
  };

  const finish = async (report: LocalReport, calledOff: boolean): Promise<LocalReport> => {
    const event = { type: 'local.finished', source: 'fence', data: report } as const;
    const written = await write(calledOff ? { ...event, severity: 'warning' } : event);
    return { ...report, journalled: report.journalled && written };
  };

  /** A fault of our own is an end like another: something may have been sent. */
  const carryOut = async (action: LocalAction, steps: Step[], { signal }: CallOff): Promise<LocalEnd> => {
    try {
      return await tryAll({ clock, policy, action, signal, steps });
    } catch (error) {
      log.error({ action, error: messageOf(error) }, 'a local action failed on a fault of its own');
      const message = `the action failed: ${messageOf(error)}`;
      return { outcome: 'unknown', accepted: false, reason: { code: 'fence.failed', message } };
    }
  };

  const run = async (request: string, order: LocalOrder, callOff: CallOff): Promise<LocalReport> => {
    const { action } = order;
    const steps: Step[] = [];
    log.warn({ request, ...order }, 'a local action begins: this server is to be stopped');
    const data = { request, server, ...order, ...(boot === undefined ? {} : { boot }) };
    const journalled = await write({ type: 'local.requested', source: 'fence', data });
    const { outcome, accepted, reason } = await carryOut(action, steps, callOff);
    const yes = accepted ? { accepted } : {};
    const report = { request, server, action, outcome, ...yes, reason, journalled, steps };
    return finish(report, callOff.signal.calledOff);
  };

  return {
    async act(order) {
      if (stopping) throw new CodedError('fence.stopping');
      const request = deps.newRequestId();
      const reason = refusal(order.action);
      if (reason) return refuse(request, order, reason);
      const callOff = createCallOff();
      const ended = run(request, order, callOff);
      underWay = { action: order.action, callOff, ended };
      try {
        return await ended;
      } finally {
        underWay = undefined;
      }
    },
    async examine() {
      const ways = await Promise.all(policy.ways.map((way) => examineWay(deps, way)));
      const missing = policy.actions.filter(
        (action) => !ways.some(({ actions }) => actions.includes(action)),
      );
      return { server, works: missing.length === 0, actions: policy.actions, missing, ways };
    },
    async resume(unfinished) {
      if (!unfinished) return;
      const { boot: before, ...request } = unfinished;
      const known = before !== undefined && boot !== undefined;
      const data = { ...request, ...(known ? { restarted: before !== boot } : {}) };
      await write({ type: 'local.interrupted', source: 'fence', data });
    },
    async stop() {
      stopping = true;
      underWay?.callOff.callOff();
      await underWay?.ended;
    },
  };
};
