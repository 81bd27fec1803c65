import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { languages } from '../../../src/core/language.ts';
import { type Alert, alertsOf, withAlerts } from '../../../src/events/alerts/alerts.ts';
import { alertTable } from '../../../src/events/alerts/table.ts';
import type { Event, EventData, NewEvent } from '../../../src/events/catalogue.ts';
import { anyHistory, anyNewEvent } from '../../support/event-arbitraries.ts';

type Finished = EventData<'fence.finished'>;

const numbers = (alerts: readonly Alert[]) =>
  alerts.map(({ module, id, level }) => `${module} ${id} ${level}`);

const requested = (data: Partial<EventData<'fence.requested'>>): NewEvent => ({
  type: 'fence.requested',
  source: 'fence',
  data: { job: 'j', server: 'server2', action: 'off', requester: 'test', deadlineMs: 15_000, ...data },
});

const finished = (data: Partial<Finished>): NewEvent => ({
  type: 'fence.finished',
  source: 'fence',
  data: {
    ...{ job: 'j', server: 'server2', action: 'off', outcome: 'unknown', fenced: false },
    ...{ journalled: true, steps: [], reason: { code: 'bmc.timeout', message: 'silence' } },
    ...data,
  },
});

const scriptEnded = (data: Partial<EventData<'fence.scriptEnded'>>): NewEvent => ({
  type: 'fence.scriptEnded',
  source: 'fence',
  data: { job: 'j', server: 'server2', file: '/site/stop.sh', result: 'failed', ...data },
});

const localRequested = (action: EventData<'local.requested'>['action']): NewEvent => ({
  type: 'local.requested',
  source: 'fence',
  data: { request: 'r', server: 'server1', action, requester: 'test', why: 'stall' },
});

const localRefused = (action: EventData<'local.requested'>['action']): NewEvent => ({
  type: 'local.refused',
  source: 'fence',
  data: {
    ...{ request: 'r', server: 'server1', action, requester: 'test', why: 'stall' },
    reason: { code: 'local.notAllowed', message: 'not allowed' },
  },
});

const trap = (data: Partial<EventData<'trap.received'>>): NewEvent => ({
  type: 'trap.received',
  source: 'snmp-trap',
  data: {
    ...{ source: '192.0.2.9', version: 'v1', kind: 'trap', trapOid: '1.3.6.1.4.1.3183.1.1.0.1' },
    ...{ name: 'petBegins', action: 'raise', text: 'Fan failed', textJa: 'ファン故障' },
    ...{ count: 1, firstAt: '2026-01-01T00:00:00.000Z', fields: {} },
    ...data,
  },
});

const refused = (reason: EventData<'trap.refused'>['reason']): NewEvent => ({
  type: 'trap.refused',
  source: 'snmp-trap',
  data: { source: '192.0.2.9', reason, count: 1, since: '2026-01-01T00:00:00.000Z' },
});

const monitorRaised = (data: Partial<EventData<'monitor.raised'>>): NewEvent => ({
  type: 'monitor.raised',
  source: 'monitor',
  data: {
    ...{ category: 'NIC', keyword: 'eth0', server: 'server2', message: 'no link' },
    ...{ origin: 'notify', by: 'agent', count: 1, ...data },
  },
});

const monitorCleared = (data: Partial<EventData<'monitor.cleared'>>): NewEvent => ({
  type: 'monitor.cleared',
  source: 'monitor',
  data: { category: 'NIC', keyword: 'eth0', why: 'cleared', ...data },
});

const lastAt = '2026-01-01T00:00:00.000Z';

const accepted = { outcome: 'unknown', accepted: true } as const;

/** The product's modules, IDs and levels: its list of alert destinations, X 4.2 for Linux. */
describe('alerts of the product', () => {
  test.each([
    ['a power-off is requested', requested({}), ['rc 400 info']],
    ['a power cycle is requested', requested({ action: 'cycle' }), ['rc 401 info']],
    ['a reset is requested', requested({ action: 'reset' }), ['rc 402 info']],
    ['an NMI is requested', requested({ action: 'nmi' }), ['rc 403 info']],
    ['a power-on is requested', requested({ action: 'on' }), []],
    ['a look is requested', requested({ action: 'status' }), []],
    ['no BMC is asked', requested({ withoutBmc: true }), []],
    ['a power-off fails', finished({}), ['rc 420 error', 'rc 433 warning']],
    ['it is refused', finished({ outcome: 'refused' }), ['rc 420 error', 'rc 433 warning']],
    ['it is only accepted', finished({ accepted: true }), ['rc 420 error', 'rc 433 warning']],
    ['a power-off is proved', finished({ outcome: 'confirmed', fenced: true }), []],
    ['a power cycle fails', finished({ action: 'cycle' }), ['rc 421 error', 'rc 433 warning']],
    ['the off of a cycle is proved', finished({ action: 'cycle', outcome: 'confirmed', fenced: true }), []],
    ['a reset is accepted', finished({ action: 'reset', ...accepted }), []],
    ['a reset fails', finished({ action: 'reset' }), ['rc 422 error']],
    ['an NMI is accepted', finished({ action: 'nmi', ...accepted }), []],
    ['an NMI is refused', finished({ action: 'nmi', outcome: 'refused' }), ['rc 423 error']],
    ['a power-on fails', finished({ action: 'on' }), []],
    ['a reset of the own server is requested', localRequested('reset'), ['apisv 18 info']],
    ['its power-off', localRequested('off'), ['apisv 19 info']],
    ['its power cycle', localRequested('cycle'), ['apisv 20 info']],
    ['its NMI', localRequested('nmi'), ['apisv 21 info']],
    ['its reset is refused', localRefused('reset'), ['apisv 118 error']],
    ['its NMI is refused', localRefused('nmi'), ['apisv 121 error']],
    ['a fatal trap comes', trap({ class: 'fatal', category: 'hardware' }), ['mm 912 info', 'mm 914 info']],
    ['a fault is predicted', trap({ class: 'recoverablePredictive' }), ['mm 916 warning']],
    ['it is over', trap({ class: 'fatal', category: 'hardware', action: 'clear' }), []],
    ['a stranger sends a trap', refused('source'), ['trnsv 1 error']],
    ['a relay tells of a stranger', refused('relayOrigin'), ['trnsv 1 error']],
    ['a trap is malformed', refused('tag'), []],
    ['an agent raises a monitor', monitorRaised({}), ['trnsv 10 info', 'mm 903 warning', 'mm 905 error']],
    ['an event raises one', monitorRaised({ origin: 'event' }), ['mm 903 warning', 'mm 905 error']],
    ['it is raised again', monitorRaised({ again: 'repeated' }), ['trnsv 10 info', 'mm 903 warning']],
    ['its repeats are told by time alone', monitorRaised({ again: 'repeated', lastAt }), ['mm 903 warning']],
    ['it is raised in a maintenance', monitorRaised({ silenced: true }), []],
    [
      'it is told when that ends',
      monitorRaised({ again: 'maintenanceEnded', lastAt }),
      ['mm 903 warning', 'mm 905 error'],
    ],
    ['it is cleared', monitorCleared({}), ['mm 26 info']],
    ['it is cleared without ever having been told', monitorCleared({ silenced: true }), []],
    ['a script completes', scriptEnded({ result: 'completed', exitCode: 0 }), ['rc 412 info']],
    ['a script fails', scriptEnded({ exitCode: 3 }), ['rc 431 error']],
    ['a script cannot be started', scriptEnded({ result: 'notStarted' }), ['rc 431 error']],
    ['a script takes too long', scriptEnded({ result: 'timedOut' }), ['rc 432 error']],
  ])('%s', (_when, event, expected) => {
    expect(numbers(alertsOf(event, 'en'))).toEqual(expected);
  });

  test('a script that starts, and a late proof', () => {
    const data = { job: 'j', server: 'server2', file: '/site/stop.sh' };
    const started: NewEvent = { type: 'fence.scriptStarted', source: 'fence', data };
    expect(numbers(alertsOf(started, 'en'))).toEqual(['rc 411 info']);
    const proof = { by: 'bmc', power: 'off', at: '2026-01-01T00:00:00.000Z' } as const;
    const late = { job: 'j', server: 'server2', action: 'off', proof } as const;
    expect(alertsOf({ type: 'fence.provedLate', source: 'fence', data: late }, 'en')).toEqual([]);
  });

  test('in both languages: the server and the code stand in the words, unchanged', () => {
    const messages = (event: NewEvent) =>
      languages.map((language) => alertsOf(event, language).map(({ message }) => message));
    expect(messages(scriptEnded({ exitCode: 3 }))).toEqual([
      ['The forced-stop script for server server2 failed (3).'],
      ['サーバ server2 の強制停止スクリプトが失敗しました (3)。'],
    ]);
    expect(messages(scriptEnded({}))[0]).toEqual([
      'The forced-stop script for server server2 failed (script.failed).',
    ]);
    expect(messages(finished({}))).toEqual([
      [
        'Power-off of server server2 failed: it was not proved to be off (bmc.timeout).',
        expect.stringContaining('must not fail over'),
      ],
      [
        'サーバ server2 のパワーオフに失敗しました。電源オフを確認できません (bmc.timeout)。',
        expect.stringContaining('フェイルオーバしてはなりません'),
      ],
    ]);
  });
});

describe('the table', () => {
  test('has one row for each event, module and ID, and the same places in every language', () => {
    const names = alertTable.map(({ on, module, id }) => `${on} ${module}/${id}`);
    expect(new Set(names).size).toBe(names.length);
    const places = (text: string) => [...new Set(text.match(/%\d/g))].sort();
    for (const { text } of alertTable) expect(places(text.ja)).toEqual(places(text.en));
  });

  test('is written in the right script: Japanese in one column only', () => {
    const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
    for (const { text, when } of alertTable) {
      expect(text.ja).toMatch(japanese);
      expect(text.en + when).not.toMatch(japanese);
    }
  });

  test('leaves no place unfilled, whatever the event', () => {
    fc.assert(
      fc.property(anyNewEvent, fc.constantFrom(...languages), (event, language) => {
        for (const { message } of alertsOf(event, language)) {
          expect(message).not.toMatch(/%\d|undefined|\(\)/);
        }
      }),
    );
  });
});

test('a value that looks like a place is not filled again', () => {
  const [alert] = alertsOf(requested({ server: '%2$&%1' }), 'en');
  expect(alert?.message).toBe('Power-off of server %2$&%1 through its BMC was requested.');
});

test('an event carries its alerts, and is what it was otherwise', () => {
  fc.assert(
    fc.property(anyHistory, (history: Event[]) => {
      for (const event of history) {
        const { alerts, ...rest } = withAlerts(event, 'ja');
        expect(rest).toEqual(event);
        expect(alerts ?? []).toEqual(alertsOf(event, 'ja'));
        expect(alerts).not.toEqual([]);
      }
    }),
  );
});
