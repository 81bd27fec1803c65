import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderProofDoc } from '../../scripts/docs/proof-doc.ts';
import { fenceActions } from '../../src/core/outcome.ts';
import { faultNames } from '../../src/sim/bmc/faults/catalogue.ts';
import type { Cell } from '../support/proof/cell.ts';
import { type MatrixRow, runMatrix } from '../support/proof/matrix.ts';
import { rows } from '../support/proof/rows.ts';

const runLimitMs = 120_000;

/** The client cannot close what it was not given the keys of. */
const leavesASession = 'badRakp4Code';

let matrix: readonly MatrixRow[] = [];

beforeAll(async () => {
  matrix = await runMatrix();
}, runLimitMs);

const cellsOf = (title: string): readonly Cell[] =>
  matrix.find(({ row }) => row.title === title)?.cells ?? [];

const named = (of: (cell: Cell) => unknown): Record<string, unknown> =>
  Object.fromEntries(
    matrix.flatMap(({ row, cells }) => cells.map((cell) => [`${cell.action}, ${row.title}`, of(cell)])),
  );

test('every fault is in the matrix, with every action', () => {
  expect(new Set(rows.map(({ fault }) => fault))).toEqual(new Set([undefined, ...faultNames]));
  expect(matrix.map(({ cells }) => cells.map(({ action }) => action))).toEqual(
    rows.map(() => [...fenceActions]),
  );
});

test('no answer is untrue, and no cell leaves anything behind', () => {
  const broken = Object.entries(named(({ breaches }) => breaches)).filter(
    ([, breaches]) => (breaches as readonly string[]).length > 0,
  );
  expect(broken).toEqual([]);
});

test('whoever is told "fenced" has a server that is off, but where the BMC says "off" without looking', () => {
  const untrue = matrix.flatMap(({ row, cells }) =>
    cells
      .filter(({ answer, truth }) => answer.fenced && truth.power !== 'off')
      .map(({ action, answer }) => [row.title, action, answer.proof?.by]),
  );
  expect(untrue).toEqual(
    ['off', 'reset', 'cycle', 'nmi', 'status'].map((action) => ['saysOff', action, 'bmc']),
  );
});

test('after "refused" nothing was done', () => {
  const refused = matrix.flatMap(({ cells }) => cells).filter(({ answer }) => answer.outcome === 'refused');
  expect(refused.length).toBeGreaterThan(40);
  for (const { action, truth, sent } of refused) {
    expect(truth).toEqual({ power: action === 'on' ? 'off' : 'on', resets: 0, nmis: 0 });
    expect(sent.filter((order) => !order.endsWith(' rejected'))).toEqual([]);
  }
});

test('every answer comes before its deadline', () => {
  const slowest = Math.max(...matrix.flatMap(({ cells }) => cells.map(({ elapsedMs }) => elapsedMs)));
  expect(slowest).toBeLessThan(15_000);
});

test('no session stays open, but where the client cannot close it', () => {
  const left = matrix.filter(({ cells }) => cells.some(({ leftOpen }) => leftOpen > 0));
  expect(left.map(({ row }) => row.title)).toEqual([leavesASession]);
  for (const { leftOpen } of cellsOf(leavesASession)) expect(leftOpen).toBe(1);
});

describe('what an operator reads', () => {
  test.each([
    ['frozen', 'off', 'bmc.timeout', /nor does it answer the ASF ping/],
    ['staysOn', 'off', 'fence.deadline', /accepted the command, but it was last read on .* do not fail over/],
    ['notInState', 'off', 'fence.deadline', /refused the command \(.*D5h.*\), and it was last read on/],
    ['unansweredControl: ignored', 'on', 'fence.deadline', /did not answer the command .* last read off/],
    ['sessionFull', 'off', 'bmc.sessionFull', /no free session slot/],
    ['busy', 'off', 'bmc.busy', /node busy/],
    ['badRakp2Code', 'off', 'bmc.auth', /password/],
    ['badRakp4Code', 'off', 'bmc.kg', /K_g/],
    ['truncatesPassword', 'off', 'bmc.auth', /password/],
    ['refusesSuite: [17,3]', 'off', 'bmc.cipherSuite', /17, 3/],
    ['wrongGuid', 'off', 'bmc.identity', /nothing was sent to it$/],
    ['emptyGuid', 'off', 'bmc.identity', /gives no identity, but .* nothing was sent to it$/],
    ['swapped address', 'off', 'bmc.identity', /nothing was sent to it$/],
    ['unansweredControl: executed', 'reset', 'bmc.timeout', /was sent, and may have been done: no answer/],
    ['closed port', 'off', 'bmc.portClosed', /port is closed/],
    ['no route', 'off', 'bmc.unreachable', /no way/],
  ])('%s: %s is %s', (title, action, code, sentence) => {
    const cell = cellsOf(title).find((one) => one.action === action);
    expect(cell?.answer.reason).toMatchObject({ code, message: expect.stringMatching(sentence) });
  });
});

test('docs/proof.md is what the run shows', () => {
  const page = readFileSync(join('docs', 'proof.md'), 'utf8');
  expect(page, 'the page is out of date: run `npm run docs`').toBe(renderProofDoc(matrix));
});
