import { describe, expect, test } from 'vitest';
import type { Fact, Meaning } from '../../../src/evidence/facts.ts';
import { defaultEvidenceLimits as limits } from '../../../src/evidence/limits.ts';
import { ageText, judge } from '../../../src/evidence/verdict.ts';
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

const verdictAt = (nowMs: number, history: readonly Timed[]): string => evidenceAt(nowMs, history).verdict;

describe('silence and reports are never a proof', () => {
  test.each([
    ['a silent BMC', [silent], 'unreachable'],
    ['a silent BMC, and an engine that calls it down', [silent, reported('down')], 'unreachable'],
    ['an engine that calls it down', [reported('down')], 'unknown'],
    ['an engine that calls it stopped', [reported('stopped')], 'unknown'],
    ['a BMC that answers', [answered], 'unknown'],
    ['a BMC that refuses', [refused], 'unknown'],
    ['nothing', [], 'unknown'],
  ])('%s', (_what, events, verdict) => {
    expect(evidenceAt(1_000, atOnce(events))).toMatchObject({ verdict });
    expect(evidenceAt(1_000, atOnce(events))).not.toHaveProperty('by');
  });
});

describe('life', () => {
  test('outweighs a proof and a report that came at the same moment', () => {
    const both = evidenceAt(2_000, atOnce([readPower('off'), reported('up')]));
    expect(both).toMatchObject({
      verdict: 'alive',
      why: 'The engine (pacemaker) reported it up 2 s ago, although its BMC read the power off 2 s ago.',
    });
    expect(verdictAt(2_000, atOnce([reported('down'), readPower('on')]))).toBe('alive');
  });

  test('that was reported before the power went off is over, and stays over', () => {
    const history: Timed[] = [
      [0, reported('up')],
      [10, readPower('off')],
    ];
    expect(evidenceAt(20, history)).toMatchObject({ verdict: 'stopped', by: 'bmc' });
    expect(verdictAt(20, [...history, [15, reported('up')]])).toBe('alive');
  });

  test('that a path showed after off is not explained away by a BMC that says off again', () => {
    const history: Timed[] = [
      [0, readPower('off')],
      [10, reported('up')],
      [20, rechecked('ok', 'off')],
    ];
    expect(verdictAt(30, history)).toBe('alive');
    expect(verdictAt(30, [...history, [25, finished('a', 24)]])).toBe('alive');
  });

  test('is not what a BMC said that fell silent after it, but what one said that only refuses', () => {
    expect(verdictAt(2, atOnce([readPower('on'), silent]))).toBe('unreachable');
    expect(verdictAt(2, atOnce([readPower('on'), refused]))).toBe('alive');
    expect(verdictAt(2, atOnce([readPower('on'), silent, readPower('on')]))).toBe('alive');
  });

  test('is certain for the server this gateway runs on, whoever gives their word', () => {
    const evidence = evidenceAt(2, atOnce([readPower('off'), word(true)]), { self: true });
    expect(evidence).toMatchObject({ verdict: 'alive' });
  });
});

describe('off', () => {
  test('that a forced stop proved names the job', () => {
    const { verdict, facts } = evidenceAt(3_000, [
      [0, asked('a', 'off')],
      [2_500, finished('a', 2_000)],
    ]);
    expect(verdict).toBe('stopped');
    expect(facts).toMatchObject([{ path: 'power', source: 'fence a', ageMs: 1_000, fresh: true }]);
  });

  test('that is put on record after a later reading of on does not undo that', () => {
    expect(
      verdictAt(40, [
        [0, readPower('off')],
        [20, readPower('on')],
        [30, finished('a', 10)],
      ]),
    ).toBe('alive');
    expect(
      verdictAt(40, [
        [0, readPower('on')],
        [30, finished('a', 20)],
      ]),
    ).toBe('stopped');
  });

  test('that is put on record later than an on of the same millisecond does not undo that', () => {
    expect(
      verdictAt(40, [
        [20, readPower('on')],
        [30, finished('a', 20)],
      ]),
    ).toBe('alive');
  });

  test('stands where the BMC falls silent after it', () => {
    expect(verdictAt(2, atOnce([readPower('off'), silent]))).toBe('stopped');
  });

  test('counts no more once another machine answered for the BMC, while on does', () => {
    expect(verdictAt(2, atOnce([readPower('off'), stranger]))).toBe('unknown');
    expect(verdictAt(2, atOnce([readPower('on'), stranger]))).toBe('alive');
  });

  test.each(['on', 'cycle'] as const)('may end while a power-on of %s is pending', (action) => {
    const pending = action === 'on' ? {} : { restart: { outcome: 'pending' as const } };
    const unread = action === 'on' ? { outcome: 'unknown' as const, fenced: false } : pending;
    const history: Timed[] = [
      [0, asked('a', action)],
      [10, finished('a', 5, { action, ...unread })],
      [20, readPower('off')],
    ];
    const limitMs = 15_000 + limits.powerOnMs;
    expect(evidenceAt(30, history)).toMatchObject({
      verdict: 'unknown',
      why: expect.stringContaining('a power-on that was sent may still come true'),
    });
    expect(verdictAt(limitMs + 10, [...history, [limitMs + 5, rechecked('ok', 'off')]])).toBe('stopped');
    expect(verdictAt(60, [...history, [40, asked('b', 'off')], [50, finished('b', 45)]])).toBe('stopped');
  });
});

describe("the operator's word", () => {
  test('makes a silent server stopped, says whose word it is, and does not grow old', () => {
    const day = 24 * 3_600_000;
    expect(evidenceAt(day, atOnce([silent, word()]))).toMatchObject({
      ...{ verdict: 'stopped', by: 'operator' },
      why: expect.stringContaining('(alice: I pulled the plug) came 24 h ago'),
    });
  });

  test.each([
    ['power', readPower('on')],
    ['engine', reported('up')],
  ])('outweighs life of the %s before it, and ends with life after it, for good', (_path, life) => {
    const before: Timed[] = [
      [0, life],
      [10, word(true)],
    ];
    expect(evidenceAt(20, before)).toMatchObject({ verdict: 'stopped', by: 'operator' });
    expect(verdictAt(30, [...before, [20, life]])).toBe('alive');
    expect(verdictAt(limits.powerMs + 30, [...before, [20, life]])).toBe('unknown');
  });

  test('outlives a restart, which forgets everything else', () => {
    const history = atOnce([readPower('off'), silent, reported('down'), word(), restarted]);
    expect(evidenceAt(5, history)).toMatchObject({ verdict: 'stopped', facts: [{ path: 'operator' }] });
    expect(verdictAt(5, atOnce([readPower('off'), restarted]))).toBe('unknown');
  });

  test('is taken back by whoever switches the server on', () => {
    expect(verdictAt(5, atOnce([silent, word(), asked('a', 'on')]))).toBe('unreachable');
    expect(verdictAt(5, atOnce([silent, word(), asked('a', 'off')]))).toBe('stopped');
  });
});

describe('facts grow old', () => {
  test.each([
    ['on', readPower('on'), limits.powerMs, 'alive'],
    ['off', readPower('off'), limits.powerMs, 'stopped'],
    ['silence', silent, limits.bmcMs, 'unreachable'],
    ['up', reported('up'), limits.engineMs, 'alive'],
  ])('%s', (_what, event, limitMs, verdict) => {
    expect(verdictAt(limitMs, atOnce([event]))).toBe(verdict);
    const old = evidenceAt(limitMs + 1, atOnce([event]));
    expect(old.verdict).toBe('unknown');
    expect(old.facts.filter(({ fresh }) => fresh)).toEqual([]);
    expect(old.why).toMatch(/^What was known is too old: /);
  });

  test('unless they are told again', () => {
    const history: Timed[] = [
      [0, readPower('off')],
      [limits.powerMs, rechecked('ok', 'off')],
    ];
    expect(verdictAt(limits.powerMs + 1, history)).toBe('stopped');
  });

  test('on the monotonic clock: a step of the wall clock makes nothing old or young', () => {
    for (const wallStepMs of [-1, 1].map((sign) => sign * 48 * 3_600_000)) {
      expect(evidenceAt(1_000, atOnce([readPower('off')]), { wallStepMs }).verdict).toBe('stopped');
      expect(evidenceAt(limits.powerMs + 1, atOnce([readPower('off')]), { wallStepMs }).verdict).toBe(
        'unknown',
      );
      expect(evidenceAt(1_000, atOnce([word()]), { wallStepMs }).facts[0]?.ageMs).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('meanings of paths to come', () => {
  const bare = (shows: Meaning, fresh = true): Fact => ({
    ...{ path: 'power', state: 'x', shows, says: `a path shows ${shows}`, source: 'test', ageMs: 0, fresh },
  });

  test('cut feeds are noPower, unless something in the server has power or shows life', () => {
    expect(judge([bare('noPower')])).toMatchObject({ verdict: 'noPower', by: 'feeds' });
    expect(judge([bare('noPower'), bare('off'), bare('silence')]).verdict).toBe('noPower');
    expect(judge([bare('noPower'), bare('standby')])).toMatchObject({
      verdict: 'unknown',
      why: expect.stringContaining('but something in it has power'),
    });
    expect(judge([bare('noPower'), bare('life')]).verdict).toBe('alive');
    expect(judge([bare('noPower', false)]).verdict).toBe('unknown');
  });
});

test('ages are told in words that fit them', () => {
  expect([0, 999, 119_999, 120_000, 7_199_999, 7_200_000].map(ageText)).toEqual([
    ...['0 s', '0 s', '119 s', '2 min', '119 min', '2 h'],
  ]);
});
