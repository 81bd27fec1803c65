import { expect, test } from 'vitest';
import type { Event, EventData, FenceReport, NewEvent } from '../../../src/events/catalogue.ts';
import { severityOf } from '../../../src/events/catalogue.ts';
import { applyEvent, emptyView, type View } from '../../../src/events/view.ts';

const at = '2026-01-01T00:00:00.000Z';
const proof = { by: 'bmc', power: 'off', at } as const;
const server = 'server2';

const says = (state: EventData<'cluster.reported'>['state']): NewEvent => ({
  type: 'cluster.reported',
  source: 'engine',
  data: { node: server, state, requester: 'engine' },
});
const finished = (report: Partial<FenceReport>): NewEvent => ({
  type: 'fence.finished',
  source: 'fence',
  data: {
    ...{ job: 'a', server, action: 'off', outcome: 'confirmed', fenced: true, proof },
    ...{ journalled: true, steps: [], ...report },
  },
});
const provedLate = (action: 'off' | 'on' | 'cycle' | 'reset', power: 'on' | 'off'): NewEvent => ({
  type: 'fence.provedLate',
  source: 'fence',
  data: { job: 'a', server, action, proof: { ...proof, power } },
});
const restarted = (outcome: 'confirmed' | 'refused' | 'unknown'): NewEvent => ({
  type: 'fence.restarted',
  source: 'fence',
  data: { job: 'a', server, restart: { outcome } },
});
const read = (power: 'on' | 'off'): NewEvent => ({
  type: 'server.powerChanged',
  source: 'bmc',
  data: { server, power, by: 'bmc' },
});
const byHand = (lit: boolean): NewEvent => ({
  type: 'identify.changed',
  source: 'app',
  data: { server, lit, requester: 'cli' },
});
const byKeeper = (lit: boolean): NewEvent => ({
  type: 'identify.changed',
  source: 'panel',
  data: { server, lit, requester: 'identify-keeper', why: lit ? 'down' : 'stopping' },
});
const restart: NewEvent = { type: 'gateway.started', source: 'app', data: { node: 'x', version: '0' } };

const fold = (events: readonly NewEvent[]): View =>
  events.reduce<View>(
    (view, event) =>
      applyEvent(view, { ...event, seq: view.seq + 1, at, severity: severityOf(event) } as Event),
    emptyView,
  );

const cycled = (outcome: 'pending' | 'refused' | 'unknown') =>
  finished({ action: 'cycle', restart: { outcome } });

test.each<[string, NewEvent[], boolean]>([
  ['nothing is known', [], false],
  ['the engine says down', [says('down')], true],
  ['the engine says stopped', [says('stopped')], true],
  ['the engine says unknown', [says('unknown')], false],
  ['it was proved off', [finished({})], true],
  ['it was off already: the proof counts all the same', [finished({ steps: [] })], true],
  ['a forced stop failed', [finished({ outcome: 'unknown', fenced: false })], false],
  ['it was proved off late', [provedLate('off', 'off')], true],
  ['it was read on late', [provedLate('off', 'on')], false],
  ['a power-on did not come true', [provedLate('on', 'off')], false],
  ['a cycle is still to switch it on', [cycled('pending')], false],
  ['a cycle did not switch it on', [cycled('pending'), restarted('refused')], true],
  ['nobody knows whether a cycle switched it on', [cycled('pending'), restarted('unknown')], true],
  ['a cycle ended at its first half', [cycled('refused')], true],
  ['a cycle switched it on', [cycled('pending'), restarted('confirmed'), read('on')], false],
  ['its power went off by itself', [read('on'), read('off')], false],
  ['the engine says up again', [says('down'), says('up')], false],
  ['the engine says up after a proof', [finished({}), says('up')], false],
  ['the engine lost sight of it', [says('down'), says('unknown')], true],
  ['it was read on after a proof', [finished({}), read('on')], false],
  ['it was read on, and the engine says down', [finished({}), says('down'), read('on')], true],
  ['it was read on, and the engine says stopped', [says('stopped'), read('on')], true],
  ['it was read on after the engine lost sight of it', [says('down'), says('unknown'), read('on')], false],
  ['the gateway started again', [says('down'), restart], true],
])('%s: an outage: %s', (_what, events, down) => {
  const outage = fold(events.length > 0 ? events : [restart]).servers[server]?.outage;
  expect(outage !== undefined).toBe(down);
});

test('an outage keeps its beginning', () => {
  expect(fold([says('down'), finished({}), says('stopped')]).servers[server]?.outage).toEqual({
    since: at,
    seq: 1,
  });
});

test.each<[string, NewEvent[], boolean]>([
  ['off by hand', [byHand(false)], true],
  ['off by hand, and the gateway again', [byHand(false), restart], true],
  ['off and on by hand', [byHand(false), byHand(true)], false],
  ['on and off by the gateway itself', [byKeeper(true), byKeeper(false)], false],
  ['off by hand, then back and down again', [byHand(false), says('up'), says('down')], false],
])('the lamp of a server that is down: %s: silenced: %s', (_what, events, silenced) => {
  const { outage } = fold([says('down'), ...events]).servers[server] ?? {};
  expect(outage).toBeDefined();
  expect(outage?.silenced ?? false).toBe(silenced);
});

test('off by hand before an outage silences nothing', () => {
  expect(fold([byHand(false), says('down')]).servers[server]?.outage).not.toHaveProperty('silenced');
});
