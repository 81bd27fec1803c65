import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import type { Fact, Meaning } from '../../../src/evidence/facts.ts';
import { defaultEvidenceLimits as limits } from '../../../src/evidence/limits.ts';
import { judge } from '../../../src/evidence/verdict.ts';
import {
  answered,
  asked,
  atOnce,
  evidenceAt,
  finished,
  readPower,
  rechecked,
  refused,
  reported,
  restarted,
  silent,
  stranger,
  type Timed,
  word,
} from '../../support/evidence-events.ts';

/** What the BMC shows; its own words follow one another, so their order counts. */
const bmcEvent = fc.constantFrom<NewEvent>(
  ...[readPower('on'), readPower('off'), answered, silent, refused, stranger],
  ...[rechecked('ok', 'on'), rechecked('ok', 'off'), rechecked('unreachable'), rechecked('refused')],
);
const engineEvent = fc.constantFrom<NewEvent>(
  ...(['up', 'stopped', 'down', 'unknown'] as const).map(reported),
);
const otherEvent = fc.constantFrom<NewEvent>(
  ...[word(), word(true), asked('a', 'on'), asked('b', 'off'), asked('c', 'cycle'), restarted],
  ...[finished('b', 0), finished('b', 0, { fenced: false, outcome: 'unknown' })],
  finished('c', 0, { action: 'cycle', restart: { outcome: 'pending' } }),
);
const anyEvent = fc.oneof(bmcEvent, engineEvent, otherEvent);

/** A history over about 20 minutes, longer than every limit but that of the operator's word. */
const anyHistory: fc.Arbitrary<Timed[]> = fc
  .array(fc.tuple(fc.nat(120_000), anyEvent), { maxLength: 12 })
  .map((steps) => {
    let atMs = 0;
    return steps.map(([pauseMs, event]): Timed => {
      atMs += pauseMs;
      return [atMs, event];
    });
  });

/** One of all orders in which two paths' words can come, each path's own words in order. */
const interleave = (one: readonly NewEvent[], other: readonly NewEvent[], picks: readonly boolean[]) => {
  const queues: [NewEvent[], NewEvent[]] = [[...one], [...other]];
  const merged: NewEvent[] = [];
  for (let index = 0; queues[0].length + queues[1].length > 0; index += 1) {
    const [first, second] = picks[index % picks.length] ? queues : [queues[1], queues[0]];
    merged.push(...(first.length > 0 ? first : second).splice(0, 1));
  }
  return merged;
};

const runs = { numRuns: 1_000 };

describe('order', () => {
  const picks = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });

  test('of words of different paths at one moment does not matter', () => {
    fc.assert(
      fc.property(
        fc.array(bmcEvent, { maxLength: 5 }),
        fc.array(engineEvent, { maxLength: 3 }),
        picks,
        picks,
        (bmc, engine, someOrder, otherOrder) => {
          const one = evidenceAt(1_000, atOnce(interleave(bmc, engine, someOrder)));
          expect(evidenceAt(1_000, atOnce(interleave(bmc, engine, otherOrder)))).toEqual(one);
        },
      ),
      runs,
    );
  });

  test('of the facts does not matter for the verdict', () => {
    const meaning = fc.constantFrom<Meaning>('life', 'off', 'noPower', 'standby', 'silence', 'nothing');
    const path = fc.constantFrom<Fact['path']>('power', 'bmc', 'engine', 'operator');
    const fact = fc
      .record({ path, shows: meaning, fresh: fc.boolean() })
      .map((parts): Fact => ({ ...parts, state: 'x', says: 'something was said', source: 'test', ageMs: 0 }));
    fc.assert(
      fc.property(
        fc
          .array(fact, { maxLength: 6 })
          .chain((facts) =>
            fc.tuple(
              fc.constant(facts),
              fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length }),
            ),
          ),
        ([facts, shuffled]) => {
          const { verdict, by } = judge(facts);
          expect(judge(shuffled)).toMatchObject({ verdict, ...(by && { by }) });
        },
      ),
      runs,
    );
  });

  test("of the operator's word and life does: life after the word ends it", () => {
    expect(evidenceAt(1, atOnce([word(true), reported('up')])).verdict).toBe('alive');
    expect(evidenceAt(1, atOnce([reported('up'), word(true)])).verdict).toBe('stopped');
  });
});

describe('in any history', () => {
  const later = fc.nat(2 * limits.powerMs);

  test('nothing is stopped or without power but by a proof that is fresh', () => {
    fc.assert(
      fc.property(anyHistory, later, (history, laterMs) => {
        const nowMs = (history.at(-1)?.[0] ?? 0) + laterMs;
        const { verdict, by, facts } = evidenceAt(nowMs, history);
        if (verdict !== 'stopped' && verdict !== 'noPower') {
          expect(by).toBeUndefined();
          return;
        }
        expect(verdict).toBe('stopped');
        const proofs = facts.filter(({ shows, fresh }) => shows === 'off' && fresh);
        expect(proofs).not.toEqual([]);
        expect(by).toBe(proofs.some(({ path }) => path === 'power') ? 'bmc' : 'operator');
        for (const { path, ageMs, state } of proofs) {
          expect(state).toBe('off');
          if (path === 'power') expect(ageMs).toBeLessThanOrEqual(limits.powerMs);
        }
        // And somebody did read or say that it is off.
        const said = history.some(
          ([, { type, data }]) =>
            type === 'server.confirmedOff' ||
            ((type === 'server.powerChanged' || type === 'bmc.rechecked') && data.power === 'off') ||
            (type === 'fence.finished' && data.fenced),
        );
        expect(said).toBe(true);
      }),
      runs,
    );
  });

  test('life as the last word is alive, until it is too old', () => {
    const life = fc.constantFrom(readPower('on'), rechecked('ok', 'on'), reported('up'));
    fc.assert(
      fc.property(anyHistory, life, fc.nat(limits.engineMs), (history, event, laterMs) => {
        const atMs = (history.at(-1)?.[0] ?? 0) + 1;
        expect(evidenceAt(atMs + laterMs, [...history, [atMs, event]]).verdict).toBe('alive');
      }),
      runs,
    );
  });

  test('an old fact counts as much as none', () => {
    fc.assert(
      fc.property(anyHistory, later, (history, laterMs) => {
        const nowMs = (history.at(-1)?.[0] ?? 0) + laterMs;
        const { verdict, by, facts } = evidenceAt(nowMs, history);
        expect(judge(facts.filter(({ fresh }) => fresh))).toMatchObject({ verdict, ...(by && { by }) });
      }),
      runs,
    );
  });
});
