import { CodedError, codeOf, errorCatalogue, messageOf } from '../../core/errors.ts';
import type { LocalAction } from '../../core/outcome.ts';
import type { LocalReport } from '../../events/catalogue.ts';
import type { LocalExamination, LocalWayVerdict } from '../../fence/local.ts';
import { connectEngine, type EngineClient } from '../engine-client.ts';
import { findingRows } from '../finding-rows.ts';
import { person } from '../person.ts';
import { type ExitCode, exitCodes, type Terminal, table } from '../terminal.ts';
import { type EngineOptions, withClient } from '../with-engine.ts';
import { stepLine } from './fence.ts';

export interface LocalActOptions extends EngineOptions {
  readonly reason: string;
  readonly requester?: string;
}

const defaultSocket = '/run/noroshi/local.sock';

/** Local actions have a socket of their own; that of the engine does not offer them. */
const localSocket = ({ socket }: EngineOptions): string =>
  socket || process.env.NOROSHI_LOCAL_SOCKET || defaultSocket;

const connectLocal = async (path: string): Promise<EngineClient> => {
  try {
    return await connectEngine(path);
  } catch (error) {
    if (codeOf(error) !== 'socket.unreachable') throw error;
    throw new CodedError('local.notOffered', messageOf(error));
  }
};

const withLocal = (
  terminal: Terminal,
  options: EngineOptions,
  work: (client: EngineClient) => Promise<ExitCode>,
): Promise<ExitCode> => withClient(terminal, () => connectLocal(localSocket(options)), options, work);

/** A report for people; that it can be read at all is the bad news. */
export const renderLocalReport = (report: LocalReport): string[] => {
  const { server, action, outcome, accepted, reason, request, journalled, steps } = report;
  return [
    `${server}: local ${action} ${outcome}${accepted ? ', accepted' : ''}; this server still runs`,
    `  reason   ${reason.code}: ${reason.message}`,
    `  do       ${errorCatalogue[reason.code].remedy}`,
    `  request  ${request}${journalled ? '' : '  (NOT in the journal: see the log of the daemon)'}`,
    ...steps.map(stepLine),
  ];
};

/** `noroshi local ACTION --reason TEXT`: asks for a final action on this server; where it works, nothing more is said. */
export const localActCommand = (
  terminal: Terminal,
  action: LocalAction,
  options: LocalActOptions,
): Promise<ExitCode> =>
  withLocal(terminal, options, async (client) => {
    const requester = options.requester ?? person();
    const report = await client.call('local.act', { action, reason: options.reason, requester });
    for (const line of options.json ? [JSON.stringify(report)] : renderLocalReport(report))
      terminal.out(line);
    return exitCodes.failed;
  });

const listed = (actions: readonly LocalAction[]): string => actions.join(', ') || 'nothing';

const wayLines = ({ way, actions, findings }: LocalWayVerdict): string[] => [
  `  ${way}: would be tried for ${listed(actions)}`,
  ...table(findings.flatMap(findingRows)).map((row) => `    ${row}`),
];

/** What would work now, for people: the verdict first, then each way in its order. */
export const renderLocalExamination = ({ server, works, missing, ways }: LocalExamination): string[] => [
  works
    ? `${server}: every allowed local action would find a way now`
    : `${server}: NO way now for ${listed(missing)}`,
  ...ways.flatMap(wayLines),
];

/** `noroshi local check`: whether the local actions would work now; changes nothing. */
export const localCheckCommand = (terminal: Terminal, options: EngineOptions): Promise<ExitCode> =>
  withLocal(terminal, options, async (client) => {
    const examination = await client.call('local.check', {});
    const lines = options.json ? [JSON.stringify(examination)] : renderLocalExamination(examination);
    for (const line of lines) terminal.out(line);
    return examination.works ? exitCodes.done : exitCodes.failed;
  });
