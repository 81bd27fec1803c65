import { expect, test } from 'vitest';
import type { Event, FenceReport, NewEvent } from '../../../src/events/catalogue.ts';
import { severityOf } from '../../../src/events/catalogue.ts';
import { applyEvent, emptyView, type View } from '../../../src/events/view.ts';
import { contradictionIn } from '../../../src/evidence/contradiction.ts';

const at = '2026-01-01T00:00:00.000Z';
const proof = { by: 'bmc', power: 'off', at } as const;

const requested = (job: string, action: 'off' | 'on' | 'cycle'): NewEvent => ({
  type: 'fence.requested',
  source: 'fence',
  data: { job, server: 'server2', action, requester: 'test', deadlineMs: 15_000 },
});

const finished = (job: string, report: Partial<FenceReport>): NewEvent => ({
  type: 'fence.finished',
  source: 'fence',
  data: {
    ...{ job, server: 'server2', action: 'off', outcome: 'confirmed', fenced: true, proof },
    ...{ journalled: true, steps: [], ...report },
  },
});

const readOn: NewEvent = {
  type: 'server.powerChanged',
  source: 'bmc',
  data: { server: 'server2', power: 'on', by: 'bmc' },
};

const reportedUp: NewEvent = {
  type: 'cluster.reported',
  source: 'engine',
  data: { node: 'server2', state: 'up', requester: 'engine' },
};

/** What the last of these events contradicts. */
const contradictionOf = (...events: readonly NewEvent[]) => {
  let view: View = emptyView;
  let found: ReturnType<typeof contradictionIn>;
  for (const event of events) {
    const recorded = { ...event, seq: view.seq + 1, at, severity: severityOf(event) } as Event;
    view = applyEvent(view, recorded);
    found = contradictionIn(view, recorded);
  }
  return found;
};

const fenced = [requested('a', 'off'), finished('a', {})];

test.each([
  ['read on', readOn, 'bmc'],
  ['reported up', reportedUp, 'engine'],
] as const)('a server that was proved off and is %s contradicts the proof', (_what, life, by) => {
  expect(contradictionOf(...fenced, life)).toMatchObject({ job: 'a', server: 'server2', proof, by });
});

test('a contradiction is told once', () => {
  const told: NewEvent = {
    type: 'fence.contradicted',
    source: 'fence',
    data: { job: 'a', server: 'server2', proof, by: 'bmc', seen: 'x' },
  };
  expect(contradictionOf(...fenced, readOn, told, reportedUp)).toBeUndefined();
});

test.each([
  ['nothing was proved', [requested('a', 'off'), finished('a', { outcome: 'unknown', fenced: false })]],
  ['it was switched on here', [...fenced, requested('b', 'on')]],
  [
    'it was cycled',
    [requested('a', 'cycle'), finished('a', { action: 'cycle', restart: { outcome: 'pending' } })],
  ],
  ['nothing was ever asked', []],
])('life is no contradiction where %s', (_why, before) => {
  expect(contradictionOf(...before, readOn)).toBeUndefined();
});

test('a cycle that did not switch on again leaves the server off', () => {
  const cycled = finished('a', { action: 'cycle', restart: { outcome: 'refused' } });
  expect(contradictionOf(requested('a', 'cycle'), cycled, readOn)).toMatchObject({ by: 'bmc' });
});

test('other news, and news of other servers, contradict nothing', () => {
  const other: NewEvent = { ...readOn, data: { server: 'server1', power: 'on', by: 'bmc' } } as NewEvent;
  expect(contradictionOf(...fenced, other)).toBeUndefined();
  const down: NewEvent = {
    ...reportedUp,
    data: { node: 'server2', state: 'down', requester: 'e' },
  } as NewEvent;
  expect(contradictionOf(...fenced, down)).toBeUndefined();
});

const word: NewEvent = {
  type: 'server.confirmedOff',
  source: 'app',
  data: { server: 'server2', requester: 'alice', reason: 'I pulled the plug', despiteLife: false },
};

test.each([
  ['read on', readOn, 'bmc'],
  ['reported up', reportedUp, 'engine'],
] as const)(
  "a server that is off by the operator's word and is %s contradicts the word, once",
  (_what, life, by) => {
    const contradiction = { server: 'server2', proof: { by: 'operator', power: 'off', at }, by };
    expect(contradictionOf(word, life)).toMatchObject(contradiction);
    expect(contradictionOf(word, life)).not.toHaveProperty('job');
    expect(contradictionOf(word, life, life)).toBeUndefined();
  },
);

test('a word that was taken back by switching the server on is not contradicted', () => {
  expect(contradictionOf(word, requested('b', 'on'), readOn)).toBeUndefined();
});

test('where both stand, it is the proof that is contradicted', () => {
  expect(contradictionOf(...fenced, word, readOn)).toMatchObject({ job: 'a', proof: { by: 'bmc' } });
});

test('a BMC that says on again contradicts a proof, too', () => {
  const again: NewEvent = {
    type: 'bmc.rechecked',
    source: 'bmc',
    data: { server: 'server2', bmc: 'ok', power: 'on' },
  };
  expect(contradictionOf(...fenced, again)).toMatchObject({ job: 'a', by: 'bmc' });
});
