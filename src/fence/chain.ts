import type { StopPort } from '../core/ports.ts';
import { type Ending, type Job, maySend, noteStep, pause } from './job.ts';
import { forceOff, readUntilOff } from './off.ts';
import { endedBy, openPatiently, type Procedure, type ProcedureContext, sendOnce } from './procedure.ts';

/**
 * One way to stop a server, and how long it may take before the next one is tried (milliseconds).
 * A crash dump needs the NMI and then time: `nmiWait` proves nothing, and never keeps the next
 * method from its turn.
 */
export type StopMethod =
  | { readonly method: 'bmc'; readonly limitMs: number | undefined }
  | { readonly method: 'script'; readonly limitMs: number; readonly port: StopPort }
  | { readonly method: 'nmiWait'; readonly limitMs: number };

/** The methods of one server in their order; the chain ends at the first proof. */
export type Chain = readonly StopMethod[];

/** What a server without a chain of its own gets: its BMC, for as long as the deadline lasts. */
export const bmcOnly: Chain = [{ method: 'bmc', limitMs: undefined }];

/** Sends the NMI once, and gives the server the rest of the method's time to write its dump. */
const nmiWait = async (context: ProcedureContext): Promise<Ending> => {
  const { clock, job } = context;
  const unreached = await openPatiently(context);
  if (unreached) return unreached;
  const sent = await sendOnce(context, 'nmi');
  if ('ending' in sent) return sent.ending;
  await pause(clock, job, Math.min(job.methodEndsMs, job.deadlineMs) - clock.nowMs());
  const message = `${job.server} was sent the NMI and given time for its dump, which proves nothing`;
  return { kind: 'unproved', reason: { code: 'fence.notProvable', message } };
};

/** Runs the script once. Its success is the word of whoever wrote it, or only a reason to read the power. */
const byScript = async (context: ProcedureContext, port: StopPort): Promise<Ending> => {
  const { clock, job, talk, mayProceed } = context;
  await mayProceed('off');
  if (!maySend(clock, job)) return endedBy(job, outOfTime(job.server));
  const reply = await talk.stopBy(port);
  if (reply.kind !== 'accepted') {
    job.trouble = reply.reason;
    return endedBy(job, reply.reason);
  }
  if (port.provesOff) return { kind: 'proved', proof: talk.proofBy('script') };
  return readUntilOff(context);
};

const outOfTime = (server: string) => ({
  code: 'fence.deadline' as const,
  message: `there was no time left to start the script for ${server}`,
});

const run = (context: ProcedureContext, method: StopMethod): Promise<Ending> => {
  switch (method.method) {
    case 'bmc':
      return forceOff(context);
    case 'script':
      return byScript(context, method.port);
    case 'nmiWait':
      return nmiWait(context);
  }
};

const tell = ({ clock, job }: ProcedureContext, { method }: StopMethod, { reason }: Unproved): void => {
  noteStep(clock, job, method, `${reason.code}: ${reason.message}`);
};

type Unproved = Exclude<Ending, { kind: 'proved' }>;

/**
 * What a job that a restart cut off may still do: its NMI or its script may have been under way, and
 * neither may run twice.
 */
const stillAllowed = (chain: Chain, { resumed }: Job): Chain =>
  resumed ? chain.filter(({ method }) => method === 'bmc') : chain;

/** No method proved anything: the code of the last one, and what each of them came to. */
const summedUp = (job: Job, tried: readonly { method: string; ending: Unproved }[]): Unproved => {
  const last = tried.at(-1);
  const words = tried.map(({ method, ending }) => `${method}: ${ending.reason.message}`).join('; ');
  const message = `no method proved that ${job.server} is off (${words}); do not fail over on this`;
  return endedBy(job, { code: last?.ending.reason.code ?? 'fence.notProvable', message }) as Unproved;
};

/** One method within its own time. */
const inItsTime = async (context: ProcedureContext, method: StopMethod): Promise<Ending> => {
  const { clock, job } = context;
  job.methodEndsMs = clock.nowMs() + (method.limitMs ?? Number.POSITIVE_INFINITY);
  const ending = await run(context, method);
  job.methodEndsMs = Number.POSITIVE_INFINITY;
  return ending;
};

/** A stop that was not proved may still come true; where nobody can be asked any more, the last word stands. */
const observe = async (context: ProcedureContext, last: Unproved): Promise<Ending> => {
  const ending = await readUntilOff(context);
  return ending.kind === 'proved' ? ending : last;
};

/**
 * Tries one method after the other until the server is proved off, each within its own time and all
 * within the deadline. When none is left, the power is observed for as long as the job may.
 */
export const stopBy = (chain: Chain): Procedure =>
  chain.length === 1 && chain[0]?.method === 'bmc' ? forceOff : stopByAll(chain);

const stopByAll =
  (chain: Chain): Procedure =>
  async (context) => {
    const { clock, job } = context;
    const tried: { method: string; ending: Unproved }[] = [];
    for (const method of stillAllowed(chain, job)) {
      if (tried.length > 0 && !maySend(clock, job)) break;
      const ending = await inItsTime(context, method);
      if (ending.kind === 'proved') return ending;
      tell(context, method, ending);
      tried.push({ method: method.method, ending });
    }
    const last = summedUp(job, tried);
    return last.kind === 'unproved' ? observe(context, last) : last;
  };
