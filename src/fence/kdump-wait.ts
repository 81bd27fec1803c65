import { createCallOff } from '../core/call-off.ts';
import { sleep } from '../core/clock.ts';
import type { Reason } from '../core/outcome.ts';
import type { KdumpPort } from '../core/ports.ts';
import { type Ending, type Job, noteStep } from './job.ts';
import { endedBy, type ProcedureContext, readPatiently, sendOnce } from './procedure.ts';
import { reasonOf } from './talk.ts';

/** Times in milliseconds. */
export interface KdumpWait {
  readonly port: KdumpPort;
  readonly sendNmi: boolean;
  readonly firstMessageMs: number;
  readonly quietMs: number;
}

/** Whether messages came lately enough for the dump to be under way. */
const isDumping = ({ clock }: ProcedureContext, { port, quietMs }: KdumpWait): boolean => {
  const heardMs = port.heardMs();
  return heardMs !== undefined && clock.nowMs() - heardMs < quietMs;
};

/** What became of the NMI: when it was sent, that there is nothing to crash, or that there was no way to send it. */
type Crash = { readonly kind: 'sent'; readonly atMs: number } | { readonly kind: 'off' | 'notSent' };

/** Sends the NMI to a server that is on, unless its kernel has crashed already: it would end the dump. */
const sendNmi = async (context: ProcedureContext, wait: KdumpWait): Promise<Crash> => {
  const power = await readPatiently(context);
  if ('ending' in power) return { kind: 'notSent' };
  if (power.value.proof.power === 'off') return { kind: 'off' };
  if (isDumping(context, wait)) return { kind: 'notSent' };
  const sent = await sendOnce(context, 'nmi');
  return 'ending' in sent ? { kind: 'notSent' } : { kind: 'sent', atMs: context.clock.nowMs() };
};

/** As {@link sendNmi}, in the time that a first message may take: a kernel that crashed by itself needs no BMC. */
const crash = async (context: ProcedureContext, wait: KdumpWait): Promise<Crash> => {
  const { clock, job } = context;
  const { methodEndsMs } = job;
  job.methodEndsMs = Math.min(methodEndsMs, clock.nowMs() + wait.firstMessageMs);
  const crashed = await sendNmi(context, wait);
  job.methodEndsMs = methodEndsMs;
  return crashed;
};

/** Waits, but for no longer than it takes the next message to come or the job to be called off. */
const waitForMessage = async ({ clock, job }: ProcedureContext, port: KdumpPort, ms: number) => {
  const wake = createCallOff();
  const { signal } = job.abort;
  const forget = port.watch(wake.callOff);
  signal.listen(wake.callOff);
  await sleep(clock, ms, wake.signal);
  signal.forget(wake.callOff);
  forget();
};

const inSeconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** How a wait went; `quietMs` where the messages stopped. */
interface Waited {
  readonly heard: boolean;
  readonly waitedMs: number;
  readonly quietMs: number | undefined;
}

/** Why the wait is over; a message is no proof of anything, since anybody can send one. */
const reasonAfter = ({ server }: Job, { heard, waitedMs, quietMs }: Waited): Reason => {
  if (!heard) {
    const message = `no message of a crash kernel of ${server} came within ${inSeconds(waitedMs)}`;
    return { code: 'kdump.silent', message };
  }
  const end =
    quietMs === undefined
      ? 'was still sending messages of its crash kernel when the time for that was over'
      : `has sent no message of its crash kernel for ${inSeconds(quietMs)}, so its dump seems to be over`;
  return { code: 'fence.notProvable', message: `${server} ${end}, which proves nothing` };
};

/** Waits from `sinceMs` on for a first message, then until messages stop; a message before it counts while it is fresh. */
const untilQuiet = async (context: ProcedureContext, wait: KdumpWait, sinceMs: number): Promise<Ending> => {
  const { clock, job } = context;
  const { port, quietMs, firstMessageMs } = wait;
  let heard = false;
  for (;;) {
    if (job.preempted) return endedBy(job, job.preempted);
    const nowMs = clock.nowMs();
    const heardMs = port.heardMs() ?? Number.NEGATIVE_INFINITY;
    if (!heard && heardMs > sinceMs - quietMs) {
      heard = true;
      noteStep(clock, job, 'kdump', 'a message of the crash kernel came');
    }
    const overMs = heard ? heardMs + quietMs : sinceMs + firstMessageMs;
    const leftMs = Math.min(overMs, job.methodEndsMs, job.deadlineMs) - nowMs;
    if (leftMs <= 0) {
      const quiet = nowMs < overMs ? undefined : quietMs;
      return endedBy(job, reasonAfter(job, { heard, waitedMs: nowMs - sinceMs, quietMs: quiet }));
    }
    await waitForMessage(context, port, leftMs);
  }
};

/**
 * Gives a server time to write its crash dump, and no more: its crash kernel sends messages as long as it is at
 * work (fence_kdump_send, every 10 s unless told otherwise). Without a first message the wait ends early. What was
 * heard proves nothing: whatever comes of it, the next method has its turn.
 */
export const kdumpWait = async (context: ProcedureContext, wait: KdumpWait): Promise<Ending> => {
  const { clock, job } = context;
  const startedMs = clock.nowMs();
  try {
    await wait.port.open();
  } catch (error) {
    return endedBy(job, reasonOf(error, 'kdump.notBound'));
  }
  const crashes = wait.sendNmi && !job.resumed && !isDumping(context, wait);
  const crashed: Crash = crashes ? await crash(context, wait) : { kind: 'notSent' };
  if (crashed.kind === 'off') {
    const message = `${job.server} reads off, so there is no dump to wait for`;
    return endedBy(job, { code: 'bmc.state', message });
  }
  return untilQuiet(context, wait, crashed.kind === 'sent' ? crashed.atMs : startedMs);
};
