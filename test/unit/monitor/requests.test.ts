import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtInMonitorRules, monitorRule } from '../../../src/config/monitor-rules.ts';
import {
  categoryPattern,
  keywordPattern,
  longestMonitorText,
  tidyName,
  tidyText,
} from '../../../src/core/monitor-names.ts';
import { type Event, type NewEvent, severityOf } from '../../../src/events/catalogue.ts';
import { compileRules, requestsByRules } from '../../../src/monitor/rules.ts';
import { requestByTrap, type TrapWord } from '../../../src/monitor/trap.ts';
import { unheardRequests } from '../../../src/monitor/unheard.ts';
import { anyHistory } from '../../support/event-arbitraries.ts';

const at = '2026-01-01T00:00:00.000Z';
const recorded = (event: NewEvent, seq = 7): Event =>
  ({ ...event, seq, at, severity: severityOf(event) }) as Event;

const builtIn = compileRules(builtInMonitorRules);
const words = (event: NewEvent): string[] =>
  requestsByRules(builtIn, recorded(event)).map(
    ({ kind, category, keyword, server }) => `${kind} ${category} ${keyword} ${server}`,
  );

const reason = (code: 'bmc.timeout' | 'bmc.auth' | 'bmc.identity' | 'fence.tooMany' | 'fence.noBmc') => ({
  code,
  message: 'why',
});
const server = 'server2';
const finished = (fenced: boolean, more: object = {}): NewEvent => ({
  type: 'fence.finished',
  source: 'fence',
  data: {
    ...{ job: 'j', server, action: 'off', outcome: fenced ? 'confirmed' : 'unknown', fenced },
    ...{ journalled: true, steps: [], ...(fenced ? {} : { reason: reason('bmc.timeout') }) },
    ...more,
  },
});

describe('the built-in rules', () => {
  test.each<[string, NewEvent, string[]]>([
    [
      'a BMC falls silent',
      { type: 'bmc.unreachable', source: 'bmc', data: { server, reason: reason('bmc.timeout') } },
      ['raise BMC unreachable server2'],
    ],
    [
      'a BMC answers',
      { type: 'bmc.answered', source: 'bmc', data: { server } },
      ['clear BMC unreachable server2', 'clear BMC refused server2', 'clear BMC identity server2'],
    ],
    [
      'a BMC refuses',
      { type: 'bmc.refused', source: 'bmc', data: { server, reason: reason('bmc.auth') } },
      ['clear BMC unreachable server2', 'raise BMC refused server2'],
    ],
    [
      'another BMC answers',
      { type: 'bmc.refused', source: 'bmc', data: { server, reason: reason('bmc.identity') } },
      ['clear BMC unreachable server2', 'raise BMC identity server2'],
    ],
    [
      'a BMC is silent still',
      { type: 'bmc.rechecked', source: 'bmc', data: { server, bmc: 'unreachable' } },
      [],
    ],
    [
      'a stop would not work',
      {
        type: 'server.readinessChanged',
        source: 'r',
        data: { server, ready: false, reason: reason('bmc.auth') },
      },
      ['raise forcedStop notReady server2'],
    ],
    [
      'a server was given no BMC',
      {
        type: 'server.readinessChanged',
        source: 'r',
        data: { server, ready: false, reason: reason('fence.noBmc') },
      },
      [],
    ],
    ['a stop fails', finished(false), ['raise forcedStop failed server2']],
    ['a guard refuses one', finished(false, { reason: reason('fence.tooMany') }), []],
    ['a reset is not proved', finished(false, { action: 'reset' }), []],
    ['a stop is proved', finished(true), ['clear forcedStop failed server2']],
    [
      'the engine reports the server up',
      { type: 'cluster.reported', source: 'e', data: { node: server, state: 'up', requester: 'e' } },
      ['clear forcedStop failed server2'],
    ],
    ['the gateway starts', { type: 'gateway.started', source: 'app', data: { node: 'a', version: '0' } }, []],
  ])('%s', (_what, event, expected) => {
    expect(words(event)).toEqual(expected);
  });

  test('each has an end', () => {
    for (const rule of builtInMonitorRules) expect(rule.clear.length, rule.name).toBeGreaterThan(0);
  });
});

test('a rule of ones own fills keyword and message from the data; what is not there is a question mark', () => {
  const rules = compileRules([
    {
      name: 'mine',
      ...monitorRule.parse({
        ...{ raise: [{ event: 'identify.*', where: { lit: [true] } }], category: 'LAMP' },
        ...{ keyword: '{requester}/{seconds}', message: '{type} {constructor.name} {nosuch} {requester}' },
        expireSeconds: 60,
      }),
    },
  ]);
  const data = { server, lit: true, requester: 'カ\u0007x', seconds: 250 };
  expect(requestsByRules(rules, recorded({ type: 'identify.changed', source: 'p', data }))).toEqual([
    {
      ...{
        kind: 'raise',
        category: 'LAMP',
        keyword: '__x/250',
        server,
        message: 'identify.changed ? ? カ x',
      },
      ...{ origin: 'event', by: 'mine', expireSeconds: 60, cause: 7 },
    },
  ]);
});

test('no rule hears of monitors, however wide it is cast: no event can feed itself', () => {
  const rules = compileRules([
    {
      name: 'all',
      ...monitorRule.parse({ raise: [{ event: '*' }], category: 'X', keyword: 'x', expireSeconds: 1 }),
    },
  ]);
  fc.assert(
    fc.property(anyHistory, (history) => {
      for (const event of history) {
        expect(requestsByRules(rules, event)).toHaveLength(event.type.startsWith('monitor.') ? 0 : 1);
      }
    }),
  );
});

describe('a trap', () => {
  const trap: TrapWord = {
    ...{ source: '192.0.2.11', server, action: 'raise', category: 'Power Supply', keyword: 'PSU 1' },
    ...{ class: 'recoverableDegraded', text: 'Power Supply PSU 1: failed' },
  };
  const never = () => false;

  test('raises and clears the monitor that its rule names', () => {
    expect(requestByTrap(trap, 3, never)).toEqual([
      {
        ...{ kind: 'raise', category: 'Power Supply', keyword: 'PSU 1', server, message: trap.text },
        ...{ origin: 'trap', by: '192.0.2.11', class: 'recoverableDegraded', cause: 3 },
      },
    ]);
    expect(requestByTrap({ ...trap, action: 'clear' }, 4, never)).toEqual([
      { kind: 'clear', category: 'Power Supply', keyword: 'PSU 1', server, why: 'trap', cause: 4 },
    ]);
  });

  test('that only tells, counts repeats, or names no monitor raises none', () => {
    expect(requestByTrap({ ...trap, action: 'none' }, 3, never)).toEqual([]);
    expect(requestByTrap({ ...trap, summary: true }, 3, never)).toEqual([]);
    expect(requestByTrap({ ...trap, category: undefined }, 3, never)).toEqual([]);
    expect(requestByTrap({ ...trap, keyword: undefined }, 3, never)).toEqual([]);
  });

  test('that ends one of two conditions of a monitor clears nothing', () => {
    const stillOpen = ({ keyword }: { keyword: string }) => keyword === 'PSU 1';
    expect(requestByTrap({ ...trap, action: 'clear' }, 4, stillOpen)).toEqual([]);
  });
});

describe('what an end left undone', () => {
  const down = recorded(
    { type: 'bmc.unreachable', source: 'b', data: { server, reason: reason('bmc.timeout') } },
    1,
  );
  const up = recorded({ type: 'bmc.answered', source: 'b', data: { server } }, 3);
  const name = { category: 'BMC', keyword: 'unreachable', server };
  const raised = (seq: number) =>
    recorded(
      {
        type: 'monitor.raised',
        source: 'm',
        data: { ...name, message: 'x', origin: 'event', by: 'r', count: 1 },
      },
      seq,
    );
  const unheard = (events: readonly Event[]) =>
    unheardRequests(events, (event) => requestsByRules(builtIn, event))
      .filter(({ keyword }) => keyword === 'unreachable')
      .map(({ kind, cause }) => `${kind} ${cause}`);

  test('is the last word on a monitor that no event about it follows', () => {
    expect(unheard([down])).toEqual(['raise 1']);
    expect(unheard([down, raised(2)])).toEqual([]);
    expect(unheard([down, raised(2), up])).toEqual(['clear 3']);
    expect(unheard([down, up])).toEqual(['clear 3']);
  });
});

describe('names', () => {
  test('made of any text are fit to be names, and text is one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(tidyName(text, longestMonitorText.keyword)).toMatch(keywordPattern);
        expect(tidyName(text, longestMonitorText.category)).toMatch(categoryPattern);
        const line = tidyText(text, 200);
        expect(line.length).toBeLessThanOrEqual(200);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  test.each(['NIC', '/dev/sdb', 'Power Supply', '+3.3V', 'x', '#1'])('%s is one', (name) => {
    expect(name).toMatch(keywordPattern);
    expect(tidyName(name, 127)).toBe(name);
  });

  test.each(['', ' x', 'x ', '-x', 'a\nb', 'ファン', 'a\u007f', 'x'.repeat(128)])('%j is none', (name) => {
    expect(name).not.toMatch(keywordPattern);
  });
});
