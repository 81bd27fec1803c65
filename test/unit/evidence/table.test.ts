import { describe, expect, test } from 'vitest';
import {
  type EvidenceRow,
  evidenceRows,
  lifeAfterWord,
  pathStates,
} from '../../../scripts/docs/evidence-rows.ts';
import type { EvidenceVerdict } from '../../../src/evidence/verdict.ts';

const rows = evidenceRows();

/** The verdict as one would say it from the states alone, without facts, ages or meanings. */
const expected = ({ power, bmc, engine, operator }: EvidenceRow['states']): EvidenceVerdict => {
  if (operator === 'off') return 'stopped';
  if (engine === 'up') return 'alive';
  if (power === 'on' && bmc !== 'silent') return 'alive';
  if (power === 'off') return 'stopped';
  // Said before an "off" that does not count, "up" is the last that counts.
  if (engine === 'up, earlier') return 'alive';
  return bmc === 'silent' ? 'unreachable' : 'unknown';
};

describe('the truth table', () => {
  test('has every combination that can arise, once', () => {
    expect(rows).toHaveLength(116);
    expect(new Set(rows.map(({ states }) => JSON.stringify(states))).size).toBe(rows.length);
    for (const [path, states] of Object.entries(pathStates)) {
      const seen = new Set(rows.map((row) => row.states[path as keyof typeof pathStates]));
      expect([...seen].sort()).toEqual([...states].sort());
    }
  });

  test.each(rows)('$states.power, $states.bmc, $states.engine, $states.operator', ({ states, evidence }) => {
    expect(evidence.verdict).toBe(expected(states));
    const by = states.power === 'off' ? 'bmc' : 'operator';
    expect(evidence.by).toBe(evidence.verdict === 'stopped' ? by : undefined);
  });

  test('gives one sentence with a reason in every row, and the words of every path that decided', () => {
    for (const { states, evidence } of rows) {
      expect(evidence.why).toMatch(/^[A-Z].*[a-z)]\.$/);
      if (evidence.verdict === 'stopped') expect(evidence.why).toContain('no path has shown life since');
      if (states.bmc === 'silent' && evidence.verdict === 'unreachable')
        expect(evidence.why).toContain('silence proves nothing');
      if (states.engine === 'down' && evidence.verdict !== 'alive' && evidence.verdict !== 'stopped')
        expect(evidence.why).toContain('reported it down 10 s ago, a report and no proof');
      if (states.operator === 'off') expect(evidence.why).toContain('(alice: its mains plug is out)');
    }
  });

  test("says alive wherever life came after the operator's word", () => {
    const again = lifeAfterWord();
    expect(again.length).toBeGreaterThan(10);
    expect(new Set(again.map(({ evidence }) => evidence.verdict))).toEqual(new Set(['alive']));
  });
});
