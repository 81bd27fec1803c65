import type { Health, ServerRow } from '../../bridge/engine/services.ts';
import { readinessText } from '../readiness-text.ts';
import { type ExitCode, exitCodes, type Terminal, table } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

const lastFenceText = ({ lastFence }: ServerRow): string => {
  if (!lastFence) return '-';
  const { action, outcome, fenced } = lastFence;
  if (!outcome) return action ? `${action} running` : 'see fence.get';
  return `${action} ${outcome}${fenced ? ', fenced' : ''}`;
};

const verdictWords: Readonly<Record<ServerRow['evidence']['verdict'], string>> = {
  alive: 'alive',
  stopped: 'stopped',
  noPower: 'without power',
  unreachable: 'unreachable',
  unknown: 'unknown',
};

const rowOf = (server: ServerRow): string[] => [
  server.name,
  server.evidence.verdict,
  server.ready,
  server.power,
  server.powerAt ?? '-',
  server.bmc,
  server.identify.lit ? 'lit' : '-',
  server.maintenance ? `until ${server.maintenance.until}` : '-',
  server.reported,
  lastFenceText(server),
];

const heading = [
  ...['SERVER', 'VERDICT', 'READY', 'POWER', 'SINCE', 'BMC', 'IDENTIFY'],
  ...['MAINTENANCE', 'ENGINE SAYS', 'LAST FENCE'],
];

const whyLine = ({ name, evidence }: ServerRow): string =>
  `${name} is ${verdictWords[evidence.verdict]}: ${evidence.why}`;

/** Whether a forced stop would work, as a line for people. */
const readyLine = (row: ServerRow): string => `${row.name}: a forced stop would work: ${readinessText(row)}`;

const openDoor = ({ name, cipherZero }: ServerRow): string[] =>
  cipherZero ? [`${name}: its BMC accepts cipher suite 0, which asks for no password: disable it there`] : [];

const trouble = ({ name, bmcReason }: ServerRow): string[] =>
  bmcReason ? [`${name}: ${bmcReason.code}: ${bmcReason.message}`] : [];

const journalTrouble = ({ journal }: Pick<Health, 'journal'>): string[] =>
  journal.state === 'ok' ? [] : [`journal: ${journal.reason} since ${journal.since}: ${journal.message}`];

/** `noroshi status`: what is known of every server. */
export const statusCommand = (terminal: Terminal, options: EngineOptions): Promise<ExitCode> =>
  withEngine(terminal, options, async (client) => {
    const servers = await client.call('server.list', {});
    const health = await client.call('health', {});
    if (options.json) terminal.out(JSON.stringify({ servers, health }));
    else {
      for (const line of table([heading, ...servers.map(rowOf)])) terminal.out(line);
      const below = [
        ...servers.map(whyLine),
        ...servers.map(readyLine),
        ...servers.flatMap(openDoor),
        ...servers.flatMap(trouble),
        ...journalTrouble(health),
      ];
      for (const line of below) terminal.out(line);
    }
    return exitCodes.done;
  });
