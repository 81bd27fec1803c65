import type { CallOffSignal } from '../core/call-off.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { deadlineAt } from '../core/deadline.ts';
import { codeOf, messageOf } from '../core/errors.ts';
import type { LocalAction, Reason, Step } from '../core/outcome.ts';
import type { LocalStopPort, StopReply } from '../core/ports.ts';

/** One way to stop the own server, and how long it may take to answer (milliseconds). */
export interface LocalWay {
  readonly name: string;
  readonly limitMs: number;
  readonly port: LocalStopPort;
}

export interface LocalPolicy {
  /** What may be asked for. */
  readonly actions: readonly LocalAction[];
  readonly ways: readonly LocalWay[];
  /** For all ways together, in milliseconds. */
  readonly deadlineMs: number;
  /** How long after a yes this process may be alive before that way counts as failed, in milliseconds. */
  readonly stillRunsMs: number;
}

export interface LocalChainDeps {
  readonly clock: Clock;
  readonly policy: LocalPolicy;
  readonly action: LocalAction;
  /** Calls the chain off: no other way is begun. */
  readonly signal: CallOffSignal;
  /** Steps are written down here as they are done, timed from the start of the chain. */
  readonly steps: Step[];
}

/** What all ways together came to. There is no `confirmed`: whoever could read it is gone. */
export interface LocalEnd {
  readonly outcome: 'refused' | 'unknown';
  readonly accepted: boolean;
  readonly reason: Reason;
}

/** An adapter that throws has sent it, for all that is known. */
const attempt = async (deps: LocalChainDeps, way: LocalWay, untilMs: number): Promise<StopReply> => {
  const { clock, action, signal } = deps;
  const deadline = deadlineAt(clock, Math.min(clock.nowMs() + way.limitMs, untilMs));
  try {
    return await way.port.act(action, { deadline, priority: 'forcedStop', signal });
  } catch (error) {
    return {
      kind: 'unanswered',
      reason: { code: codeOf(error) ?? 'local.failed', message: messageOf(error) },
    };
  }
};

const wordsOf = (reply: StopReply): string =>
  reply.kind === 'accepted' ? 'accepted' : `${reply.kind}: ${reply.reason.message}`;

const summedUp = (action: LocalAction, tried: readonly { way: string; reply: StopReply }[]): LocalEnd => {
  const accepted = tried.filter(({ reply }) => reply.kind === 'accepted').map(({ way }) => way);
  const failed = tried.some(({ reply }) => reply.kind === 'unanswered');
  const outcome = accepted.length > 0 || failed ? 'unknown' : 'refused';
  if (accepted.length > 0) {
    const message = `${action} was accepted (${accepted.join(', ')}), but this server still runs`;
    return { outcome, accepted: true, reason: { code: 'local.stillRuns', message } };
  }
  const words = tried.map(({ way, reply }) => `${way}: ${wordsOf(reply)}`).join('; ');
  const message = `no way was able to ${action === 'nmi' ? 'send the NMI' : action} (${words || 'none was tried'})`;
  return { outcome, accepted: false, reason: { code: failed ? 'local.failed' : 'local.unable', message } };
};

/** Called off before it was over: what was said until then, and that it was not the whole chain. */
const cutShort = (end: LocalEnd, action: LocalAction): LocalEnd => {
  const message = `the daemon stopped while ${action} of its own server was under way; ${end.reason.message}`;
  return { ...end, reason: { code: 'fence.stopping', message } };
};

/**
 * Tries one way after the other until this process dies of one. A way that said yes is given its time to show it;
 * one that did not is followed by the next at once. Resolves only where the server outlived them all.
 */
export const tryAll = async (deps: LocalChainDeps): Promise<LocalEnd> => {
  const { clock, policy, action, signal, steps } = deps;
  const startedMs = clock.nowMs();
  const untilMs = startedMs + policy.deadlineMs;
  const note = (step: string, result: string) =>
    steps.push({ atMs: Math.round((clock.nowMs() - startedMs) * 10) / 10, step, result });
  const tried: { way: string; reply: StopReply }[] = [];
  for (const way of policy.ways) {
    if (signal.calledOff) break;
    if (clock.nowMs() >= untilMs) {
      note(way.name, 'not tried: the deadline has passed');
      continue;
    }
    const reply = await attempt(deps, way, untilMs);
    tried.push({ way: way.name, reply });
    note(way.name, wordsOf(reply));
    if (reply.kind !== 'accepted') continue;
    await sleep(clock, policy.stillRunsMs, signal);
    if (!signal.calledOff)
      note(way.name, `failed: this server still runs ${policy.stillRunsMs / 1000} s later`);
  }
  const end = summedUp(action, tried);
  return signal.calledOff ? cutShort(end, action) : end;
};
