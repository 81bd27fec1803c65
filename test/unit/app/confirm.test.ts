import { expect, test } from 'vitest';
import { confirmOff } from '../../../src/app/confirm.ts';
import { CodedError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { FenceReport, NewEvent } from '../../../src/events/catalogue.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import { keepEvidence } from '../../../src/evidence/keeper.ts';
import { defaultEvidenceLimits } from '../../../src/evidence/limits.ts';
import { readPower, reported, server, silent, word } from '../../support/evidence-events.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';

const at = '2026-01-01T00:00:00.000Z';
const seen = (power: 'on' | 'off'): Partial<FenceReport> => ({ proof: { by: 'bmc', power, at } });
const failed = (code: 'bmc.timeout' | 'bmc.auth' | 'fence.noBmc'): Partial<FenceReport> => ({
  ...{ outcome: 'unknown', reason: { code, message: 'no' } },
});

/** A gateway that knows these events, and whose BMC answers the look before the word like this. */
const createScene = async (look: Partial<FenceReport>, history: readonly NewEvent[] = [], self?: string) => {
  const clock = createVirtualClock();
  const bus = createBus(silentLogger);
  const journal = createMemoryJournal(clock);
  const events = createEventLog({ journal, bus, log: silentLogger, clock });
  await events.start();
  const contradictions: unknown[] = [];
  const contradicted = (data: unknown) => void contradictions.push(data);
  const evidence = keepEvidence({
    limits: () => defaultEvidenceLimits,
    clock,
    bus,
    view: events.view,
    self,
    contradicted,
  });
  for (const event of history) await events.record(event);
  const asked: unknown[] = [];
  const fence = {
    async request(request: unknown) {
      asked.push(request);
      const report = { job: 'j', server, action: 'status' as const, outcome: 'confirmed' as const };
      return { ...report, fenced: false, journalled: true, steps: [], joined: false, ...look };
    },
  };
  const confirm = (despiteLife = false) =>
    confirmOff(
      { fence, events, evidence, self },
      { server, requester: 'alice', reason: 'I pulled the plug', despiteLife },
    );
  const words = async () => journal.read({ limit: 100, types: ['server.confirmedOff'] });
  return { events, evidence, contradictions, asked, confirm, words };
};

test.each([
  ['the BMC reads on when it is asked', seen('on'), []],
  ['the engine reports it up', failed('bmc.timeout'), [reported('up')]],
  ['the engine reports it up after its BMC read off', seen('off'), [readPower('off'), reported('up')]],
  ['it was read on, and its BMC refuses now', failed('bmc.auth'), [readPower('on')]],
])('the word is refused where %s, and nothing is put on record', async (_why, look, history) => {
  const { confirm, words } = await createScene(look, history);
  await expect(confirm()).rejects.toMatchObject({ code: 'evidence.life' });
  expect(await words()).toEqual([]);
});

test.each([
  ['nothing is known', failed('bmc.timeout'), []],
  ['its BMC is silent', failed('bmc.timeout'), [silent]],
  [
    'it was read on, and its BMC is silent now, which is not on record yet',
    failed('bmc.timeout'),
    [readPower('on')],
  ],
  ['it was read on, and its BMC reads off now', seen('off'), [readPower('on')]],
  ['the engine reports it down', failed('bmc.timeout'), [reported('up'), reported('down')]],
  ['the engine reported it up before its BMC reads off', seen('off'), [reported('up')]],
  ['it has no BMC', failed('fence.noBmc'), []],
])('the word is taken where %s', async (_why, look, history) => {
  const { confirm, words, asked } = await createScene(look, history);
  expect(await confirm()).toMatchObject({
    ...{ server, requester: 'alice', reason: 'I pulled the plug', at },
    evidence: { verdict: 'stopped' },
  });
  expect(await words()).toMatchObject([
    {
      severity: 'warning',
      data: { server, requester: 'alice', reason: 'I pulled the plug', despiteLife: false },
    },
  ]);
  expect(asked).toEqual([{ server, action: 'status', requester: 'alice', deadlineMs: 4_000 }]);
});

test('despite life it is taken, and what spoke against it is on record; life that comes is a contradiction', async () => {
  const { confirm, words, events, evidence, contradictions } = await createScene(seen('on'), [
    readPower('on'),
  ]);
  expect(await confirm(true)).toMatchObject({ evidence: { verdict: 'stopped', by: 'operator' } });
  const life = expect.stringContaining('read the power on');
  expect(await words()).toMatchObject([{ data: { despiteLife: true, life } }]);
  expect(contradictions).toEqual([]);
  await events.record(readPower('on'));
  expect(evidence.of(server).verdict).toBe('alive');
  expect(contradictions).toMatchObject([{ server, proof: { by: 'operator' }, by: 'bmc' }]);
});

test('nobody gives their word for the server of the gateway itself', async () => {
  const { confirm, words, asked, evidence } = await createScene(seen('off'), [readPower('off')], server);
  expect(evidence.of(server).verdict).toBe('alive');
  await expect(confirm(true)).rejects.toMatchObject({ code: 'evidence.self' });
  expect([await words(), asked]).toEqual([[], []]);
});

test('a word that the journal does not take does not count', async () => {
  const { events, evidence } = await createScene(failed('bmc.timeout'));
  const record = () => Promise.reject(new CodedError('journal.failed'));
  const look = { ...failed('bmc.timeout'), job: 'j', server, action: 'status' } as FenceReport;
  const fence = { request: async () => ({ ...look, joined: false }) };
  const order = { server, requester: 'alice', reason: 'x', despiteLife: false };
  const deps = { fence, events: { ...events, record }, evidence, self: undefined };
  await expect(confirmOff(deps, order)).rejects.toMatchObject({ code: 'journal.failed' });
  expect(evidence.of(server).verdict).toBe('unknown');
});

test('names that records have by nature are servers like others', async () => {
  const { evidence } = await createScene({}, [word()]);
  for (const name of ['constructor', 'toString', '__proto__']) {
    expect(evidence.of(name)).toEqual({ verdict: 'unknown', why: 'Nothing is known of it.', facts: [] });
  }
});
