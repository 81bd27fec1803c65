import { describe, expect, test } from 'vitest';
import { type Event, type FenceReport, type NewEvent, severityOf } from '../../../src/events/catalogue.ts';
import { applyEvent, emptyView, type View, viewSchema } from '../../../src/events/view.ts';
import {
  answered,
  asked,
  isoAt,
  readPower,
  rechecked,
  reported,
  server,
  stranger,
  word,
} from '../../support/evidence-events.ts';

const fold = (...events: readonly NewEvent[]): View =>
  events.reduce<View>((view, event, index) => {
    const recorded = { ...event, seq: index + 1, at: isoAt(index * 1000), severity: severityOf(event) };
    return applyEvent(view, recorded as Event);
  }, emptyView);

const provedOff = (...events: readonly NewEvent[]) => fold(...events).servers[server]?.provedOff;

const finished = (report: Partial<FenceReport>, proofMs = 0): NewEvent => ({
  type: 'fence.finished',
  source: 'fence',
  data: {
    ...{ job: 'a', server, action: 'off', outcome: 'confirmed', fenced: true, journalled: true, steps: [] },
    ...{ proof: { by: 'bmc', power: 'off', at: isoAt(proofMs) }, ...report },
  },
});
const late = (action: 'off' | 'on', power: 'on' | 'off'): NewEvent => ({
  type: 'fence.provedLate',
  source: 'fence',
  data: { job: 'a', server, action, proof: { by: 'bmc', power, at: isoAt(0) } },
});
const restarted = (outcome: 'confirmed' | 'refused' | 'unknown'): NewEvent => ({
  type: 'fence.restarted',
  source: 'fence',
  data: { job: 'a', server, restart: { outcome } },
});
const started: NewEvent = { type: 'gateway.started', source: 'app', data: { node: 'x', version: '0' } };

const off = { at: isoAt(0), by: 'bmc' };

describe('a server is proved off', () => {
  test.each<readonly [string, readonly NewEvent[], unknown]>([
    ['by a forced stop', [finished({})], off],
    [
      'by a trusted script',
      [finished({ proof: { by: 'script', power: 'off', at: isoAt(0) } })],
      { ...off, by: 'script' },
    ],
    ['by a late proof', [late('off', 'off')], off],
    ["by an operator's word", [word()], { at: isoAt(0), by: 'operator' }],
    ['though its BMC goes on answering', [finished({}), answered, readPower('off')], off],
    ['though the engine says nothing new', [finished({}), reported('down'), reported('unknown')], off],
    ['through a restart of the daemon', [finished({}), started], off],
    ['after a cycle whose power-on was refused', [finished({ action: 'cycle' }), restarted('refused')], off],
    [
      'though a later attempt proved nothing',
      [finished({}), asked('b', 'off'), finished({ job: 'b', fenced: false, outcome: 'unknown' })],
      off,
    ],
  ])('%s', (_name, events, wanted) => {
    expect(provedOff(...events)).toEqual(wanted);
  });
});

describe('a server is not proved off', () => {
  test.each<readonly [string, readonly NewEvent[]]>([
    ['by a stop that proved nothing', [finished({ fenced: false, outcome: 'unknown' })]],
    ['by a power-on', [late('on', 'off')]],
    ['by a late proof of on', [late('off', 'on')]],
    ['after its power was read on', [finished({}), readPower('on')]],
    ['after its power was read on again', [finished({}), rechecked('ok', 'on')]],
    ['after the engine reported it up', [finished({}), reported('up')]],
    ['after life that ended a word', [word(), reported('up')]],
    ['after a power-on was asked for', [finished({}), asked('b', 'on')]],
    ['after a cycle that came on', [finished({ action: 'cycle' }), restarted('confirmed')]],
    ['after a cycle that may come on', [finished({ action: 'cycle' }), restarted('unknown')]],
    ['where another machine answers as its BMC', [finished({}), stranger]],
    ['where its record came after a reading of on', [readPower('off'), readPower('on'), finished({}, 500)]],
  ])('%s', (_name, events) => {
    expect(provedOff(...events)).toBeUndefined();
  });
});

test('it is part of the snapshot', () => {
  const view = fold(finished({}));
  expect(viewSchema.parse(JSON.parse(JSON.stringify(view)))).toEqual(view);
});
