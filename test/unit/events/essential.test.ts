import { expect, test } from 'vitest';
import { eventTypes } from '../../../src/events/catalogue.ts';
import { essentialTypes } from '../../../src/events/essential.ts';

test('what a full disk still takes is a reviewed list', () => {
  expect([...essentialTypes].sort()).toEqual([
    'bmc.identityForgotten',
    'bmc.identityMismatched',
    'bmc.identityPinned',
    'fence.contradicted',
    'fence.finished',
    'fence.joined',
    'fence.provedLate',
    'fence.requested',
    'fence.restarted',
    'fence.scriptEnded',
    'fence.scriptStarted',
    'gateway.started',
    'gateway.stopped',
    'journal.impaired',
    'journal.recovered',
    'journal.replaced',
    'local.finished',
    'local.interrupted',
    'local.refused',
    'local.requested',
    'server.confirmedOff',
    'server.powerChanged',
  ]);
  expect(eventTypes.length).toBeGreaterThan(essentialTypes.size);
});
