import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMaintenanceHold, replayMaintenances } from '../../../../src/bridge/noc/maintenance-hold.ts';
import { noticeOf } from '../../../../src/bridge/noc/notice.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import { type Event, eventTypes, type NewEvent } from '../../../../src/events/catalogue.ts';
import { createMemoryJournal } from '../../../support/memory-journal.ts';
import { answered } from '../../../support/sample-events.ts';

const speaker = { gateway: 'gw', cluster: 'c', language: 'en' } as const;
const reason = { code: 'bmc.timeout', message: 'no answer' } as const;
const down = (server = 's'): NewEvent => ({ type: 'bmc.unreachable', source: 't', data: { server, reason } });
const unready: NewEvent = {
  type: 'server.readinessChanged',
  source: 't',
  data: { server: 's', ready: false, reason },
};
const began: NewEvent = {
  type: 'maintenance.began',
  source: 't',
  data: { server: 's', until: '2026-01-02T00:00:00.000Z', requester: 'me' },
};
const ended: NewEvent = { type: 'maintenance.ended', source: 't', data: { server: 's', requester: 'me' } };
const failed: NewEvent = {
  type: 'fence.finished',
  source: 't',
  data: {
    job: 'j',
    server: 's',
    action: 'off',
    outcome: 'unknown',
    fenced: false,
    journalled: true,
    steps: [],
  },
};

const record = async (events: readonly NewEvent[]) => {
  const journal = createMemoryJournal(createVirtualClock());
  for (const event of events) await journal.append(event);
  return journal;
};

const passer = () => {
  const hold = createMaintenanceHold();
  return (event: Event) => hold.pass(event, noticeOf(event, speaker));
};

const toldOf = async (events: readonly NewEvent[]) => {
  const pass = passer();
  return (await record(events))
    .events()
    .flatMap((event) => pass(event).map(({ type, state }) => `${state} ${type}`));
};

it('keeps a server in maintenance quiet, but for forced stops', async () => {
  expect(await toldOf([began, down(), answered('s'), failed, down('other')])).toEqual([
    'note maintenance.began',
    'raise fence.finished',
    'raise bmc.unreachable',
  ]);
});

it('tells at the end what still stands', async () => {
  expect(await toldOf([began, down(), unready, answered('s'), ended, answered('s')])).toEqual([
    'note maintenance.began',
    'note maintenance.ended',
    'raise server.readinessChanged',
    'clear bmc.answered',
  ]);
});

it('lets what was raised before be cleared', async () => {
  expect(await toldOf([down(), began, answered('s')])).toEqual([
    'raise bmc.unreachable',
    'note maintenance.began',
    'clear bmc.answered',
  ]);
});

it('holds the same after a restart anywhere', async () => {
  const step = fc.constantFrom(began, ended, down(), answered('s'), unready, failed, down('other'));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.nat(20), async (events, cut) => {
      const journal = await record(events);
      const all = journal.events();
      const upTo = Math.min(cut, all.length);
      const whole = passer();
      const expected = all.map((event) => whole(event)).slice(upTo);
      const restarted = passer();
      await replayMaintenances(journal, { types: eventTypes, upTo }, restarted);
      expect(all.slice(upTo).map((event) => restarted(event))).toEqual(expected);
    }),
  );
});
