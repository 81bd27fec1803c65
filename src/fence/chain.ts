import { type Ending, type Job, maySend, noteStep } from './job.ts';
import { type Chain, runMethod, type StopMethod, stillAllowed } from './methods.ts';
import { forceOff, readUntilOff } from './off.ts';
import { endedBy, type Procedure, type ProcedureContext } from './procedure.ts';
import { shareMs } from './time-share.ts';

type Unproved = Exclude<Ending, { kind: 'proved' }>;

const tell = ({ clock, job }: ProcedureContext, { method }: StopMethod, { reason }: Unproved): void => {
  noteStep(clock, job, method, `${reason.code}: ${reason.message}`);
};

/**
 * No method proved anything: the code of the last one, and what each of them came to. Refused only where every one
 * of them is certain to have done nothing; silence of a BMC is not that.
 */
const summedUp = (job: Job, tried: readonly { method: string; ending: Unproved }[]): Unproved => {
  const words = tried.map(({ method, ending }) => `${method}: ${ending.reason.message}`).join('; ');
  const message = `no method proved that ${job.server} is off (${words}); do not fail over on this`;
  const code = tried.at(-1)?.ending.reason.code ?? 'fence.notProvable';
  const refused = !job.maybeSent && tried.every(({ ending }) => ending.kind === 'refused');
  return { kind: refused ? 'refused' : 'unproved', reason: { code, message } };
};

const leftOut = ({ server }: Job) => ({
  code: 'fence.deadline' as const,
  message: `the deadline leaves no time to wait for a dump of ${server}: it is kept for the methods that prove`,
});

/** One method within its own time. */
const inItsTime = async (context: ProcedureContext, method: StopMethod, ms: number): Promise<Ending> => {
  const { clock, job } = context;
  if (ms <= 0) return endedBy(job, leftOut(job));
  job.methodEndsMs = clock.nowMs() + ms;
  const ending = await runMethod(context, method);
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
  (configured: Chain): Procedure =>
  async (context) => {
    const { clock, job, settings } = context;
    const chain = stillAllowed(configured, job);
    const tried: { method: string; ending: Unproved }[] = [];
    for (const [index, method] of chain.entries()) {
      if (tried.length > 0 && !maySend(clock, job)) break;
      const left = { remainingMs: job.deadlineMs - clock.nowMs(), configuredMs: settings.deadlineMs };
      const ending = await inItsTime(context, method, shareMs(chain, index, left));
      if (ending.kind === 'proved') return ending;
      tell(context, method, ending);
      tried.push({ method: method.method, ending });
    }
    const last = summedUp(job, tried);
    return last.kind === 'unproved' ? observe(context, last) : last;
  };
