import type { NewEvent } from '../../src/events/catalogue.ts';
import { faultCatalogue } from '../../src/sim/bmc/faults/catalogue.ts';
import type { Cell } from '../../test/support/proof/cell.ts';
import type { MatrixRow } from '../../test/support/proof/matrix.ts';
import { soundTitle } from '../../test/support/proof/rows.ts';
import { code, table } from './markdown.ts';
import { after, introduction, longRuns } from './proof-words.ts';

const verdictOf = ({ answer }: Cell): string => {
  const { outcome, fenced, accepted, reason } = answer;
  const said = reason ? `${outcome} ${code(reason.code)}` : outcome;
  return [
    said,
    ...(accepted && outcome === 'unknown' ? ['accepted'] : []),
    ...(fenced ? ['**fenced**'] : []),
  ].join(', ');
};

const overview = (matrix: readonly MatrixRow[]): string => {
  const actions = matrix[0]?.cells.map(({ action }) => action) ?? [];
  const lines = matrix.map(({ row, cells }) => [code(row.title), ...cells.map(verdictOf)]);
  return table(['What is wrong', ...actions], lines);
};

const secondsOf = (ms: number): string => (ms < 50 ? 'at once' : `${(ms / 1000).toFixed(1)} s`);

/** What was ordered and what the BMC made of it; how often depends on milliseconds, so that is not told. */
const sentBy = ({ sent }: Cell): string => {
  const distinct = [...new Set(sent)];
  if (distinct.length === 0) return 'nothing';
  return distinct
    .map((order) => (sent.filter((other) => other === order).length > 1 ? `${order}, repeated` : order))
    .join('; ');
};

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

const truthOf = ({ truth }: Cell): string =>
  [
    truth.power,
    ...(truth.resets > 0 ? [`was reset ${times(truth.resets)}`] : []),
    ...(truth.nmis > 0 ? [`got the NMI ${times(truth.nmis)}`] : []),
  ].join(', ');

const laterWords = (event: NewEvent): string[] => {
  if (event.type === 'fence.provedLate') return [`a late proof of ${event.data.proof.power} was announced`];
  if (event.type !== 'fence.restarted') return [];
  const { outcome, reason } = event.data.restart;
  return [`restart ${outcome}${reason ? ` ${code(reason.code)}: ${reason.message}` : ''}`];
};

const stamp = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

const whyOf = ({ answer, later }: Cell): string => {
  const { reason, proof } = answer;
  const read = proof && !reason ? [`read ${proof.power} by ${proof.by}`] : [];
  const why = reason ? [reason.message] : [];
  return [...read, ...why, ...later.flatMap(laterWords)].join('; ').replaceAll(stamp, 'TIME');
};

/** One line for all actions that came to the same. */
const linesOf = (cells: readonly Cell[]): string[][] => {
  const lines = new Map<string, { actions: string[]; rest: string[] }>();
  for (const cell of cells) {
    const rest = [verdictOf(cell), secondsOf(cell.elapsedMs), sentBy(cell), truthOf(cell), whyOf(cell)];
    const key = rest.join('\n');
    const line = lines.get(key) ?? { actions: [], rest };
    line.actions.push(cell.action);
    lines.set(key, line);
  }
  return [...lines.values()].map(({ actions, rest }) => [actions.join(', '), ...rest]);
};

const head = ['Asked', 'Answer', 'After', 'Sent', 'The server, really', 'Why, and what came later'];

const section = ({ row, cells }: MatrixRow, sound: string): string => {
  const notes = [...(row.fault ? [faultCatalogue[row.fault].describe] : []), ...(row.note ? [row.note] : [])];
  const lines = table(head, linesOf(cells));
  const same = lines === sound && row.title !== soundTitle;
  return `### ${row.title}\n\n${notes.join(' ')}\n\n${same ? 'Every answer is that of a sound BMC.' : lines}`;
};

const sections = (matrix: readonly MatrixRow[]): string[] => {
  const sound = matrix.find(({ row }) => row.title === soundTitle);
  const lines = table(head, linesOf(sound?.cells ?? []));
  return matrix.map((one) => section(one, lines));
};

/** docs/proof.md: what every action comes to with every fault, as the fault matrix was run. */
export const renderProofDoc = (matrix: readonly MatrixRow[]): string =>
  `${[
    introduction,
    '## Overview',
    overview(matrix),
    '## Every case',
    after,
    ...sections(matrix),
    longRuns,
  ].join('\n\n')}\n`;
