import { errorCatalogue } from '../../core/errors.ts';
import { type FenceAction, fenceActions } from '../../core/outcome.ts';
import type { FenceReport } from '../../events/catalogue.ts';
import { parseDuration } from '../duration.ts';
import { type ExitCode, exitCodes, type Terminal } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

export interface FenceOptions extends EngineOptions {
  readonly deadline?: string;
  readonly requester?: string;
  readonly quorum?: boolean;
}

/** How much longer than its deadline an answer may take before the daemon counts as gone. */
const graceMs = 5_000;
const longestDeadlineMs = 3_600_000;
const shortestDeadlineMs = 100;

const isAction = (action: string): action is FenceAction =>
  (fenceActions as readonly string[]).includes(action);

const proofLine = ({ proof }: FenceReport): string =>
  proof ? `  proof    power ${proof.power}, read by ${proof.by} at ${proof.at}` : '  proof    none';

const reasonLines = ({ reason }: FenceReport): string[] =>
  reason
    ? [`  reason   ${reason.code}: ${reason.message}`, `  do       ${errorCatalogue[reason.code].remedy}`]
    : [];

const restartLines = ({ restart }: FenceReport): string[] =>
  restart ? [`  restart  ${restart.outcome}${restart.reason ? `: ${restart.reason.message}` : ''}`] : [];

/** One step of a report for people. */
export const stepLine = ({ atMs, step, result }: FenceReport['steps'][number]): string =>
  `  ${`${atMs.toFixed(1)} ms`.padStart(12)}  ${step.padEnd(8)}  ${result}`;

/** What the daemon tells; `joined` where the job was not begun for this caller. */
type Told = FenceReport & { readonly joined?: boolean };

const jobLine = ({ job, journalled, joined }: Told): string => {
  const notes = [
    ...(joined ? ['begun for an earlier request'] : []),
    ...(journalled ? [] : ['NOT in the journal: see the log of the daemon']),
  ];
  return `  job      ${job}${notes.map((note) => `  (${note})`).join('')}`;
};

/** A report for people: the verdict first, then what it rests on, then what was done. */
export const renderReport = (report: Told): string[] => [
  `${report.server}: ${report.action} ${report.outcome}; fenced: ${report.fenced ? 'yes' : 'NO'}`,
  proofLine(report),
  ...reasonLines(report),
  ...restartLines(report),
  jobLine(report),
  ...report.steps.map(stepLine),
];

/** `noroshi fence SERVER ACTION`: asks for a forced stop and shows what it came to. */
export const fenceCommand = (
  terminal: Terminal,
  server: string,
  action: string,
  options: FenceOptions,
): Promise<ExitCode> | ExitCode => {
  if (!isAction(action)) {
    terminal.error(`noroshi: "${action}" is no action; choose one of ${fenceActions.join(', ')}`);
    return exitCodes.usage;
  }
  const deadline = options.deadline === undefined ? undefined : parseDuration(options.deadline);
  if (
    deadline &&
    (!deadline.ok || deadline.value < shortestDeadlineMs || deadline.value > longestDeadlineMs)
  ) {
    const why = deadline.ok ? 'it must be between 100ms and 60m' : deadline.failure;
    terminal.error(`noroshi: --deadline: ${why}`);
    return exitCodes.usage;
  }
  const deadlineMs = deadline?.value;
  return withEngine(terminal, options, async (client) => {
    const order = {
      server,
      action,
      requester: options.requester ?? 'cli',
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(options.quorum ? { quorum: true } : {}),
    };
    const limit = deadlineMs === undefined ? {} : { timeoutMs: deadlineMs + graceMs };
    const report = await client.call('fence.request', order, limit);
    for (const line of options.json ? [JSON.stringify(report)] : renderReport(report)) terminal.out(line);
    return report.outcome === 'confirmed' ? exitCodes.done : exitCodes.failed;
  });
};
