import { expect, test } from 'vitest';
import { createCallOff } from '../../../src/core/call-off.ts';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import { rehearse } from '../../../src/fence/rehearsal.ts';
import { createFakeBmc, type FakeBehaviour } from '../../support/fake-bmc.ts';

const mine = '11'.repeat(16);
const stranger = '22'.repeat(16);

const createBench = (behaviour: Partial<FakeBehaviour> = {}, pinned?: string) => {
  const clock = createVirtualClock();
  const bmc = createFakeBmc({ clock, behaviour });
  const events: NewEvent[] = [];
  const callOff = createCallOff();
  const identities = { pinned: () => pinned, ownerOf: () => undefined, checked: () => true };
  const run = () =>
    rehearse(
      {
        bmc: bmc.port({ name: 'rehearsal' }),
        identities,
        report: (event) => void events.push(event),
      },
      'server1',
      { deadline: deadlineIn(clock, 10_000), priority: 'background', signal: callOff.signal },
    );
  /** Runs it to its end. */
  const done = async () => {
    const running = run();
    await clock.advance(10_000);
    return running;
  };
  return { clock, bmc, events, callOff, run, done };
};

test('logs in, reads, goes, and sends nothing that acts', async () => {
  const bench = createBench();
  expect(await bench.done()).toEqual({
    kind: 'works',
    because: 'its BMC let us in and says that its power is on',
  });
  expect(bench.bmc.calls.map(({ call }) => call)).toEqual(['open', 'read']);
  expect(bench.bmc.openSessions()).toBe(0);
  expect(bench.events).toEqual([]);
});

test('pins the identity that it reads first, and none where the read fails', async () => {
  const first = createBench({ guid: mine });
  await first.done();
  expect(first.events).toMatchObject([
    { type: 'bmc.identityPinned', data: { server: 'server1', guid: mine } },
  ]);
  const failing = createBench({ guid: mine });
  failing.bmc.failReads('bmc.privilege', 1);
  expect(await failing.done()).toMatchObject({ kind: 'fails', reason: { code: 'bmc.privilege' } });
  expect(failing.events).toEqual([]);
  expect(failing.bmc.openSessions()).toBe(0);
});

test('a stranger at the address fails it, and is asked nothing more', async () => {
  const bench = createBench({ guid: stranger }, mine);
  expect(await bench.done()).toMatchObject({ kind: 'fails', reason: { code: 'bmc.identity' } });
  expect(bench.bmc.calls.map(({ call }) => call)).toEqual(['open']);
  expect(bench.events).toMatchObject([
    { type: 'bmc.identityMismatched', data: { pinned: mine, found: stranger } },
  ]);
  expect(bench.bmc.openSessions()).toBe(0);
});

test.each(['bmc.auth', 'bmc.timeout', 'bmc.sessionFull'] as const)(
  'a login that fails with %s',
  async (code) => {
    const bench = createBench();
    bench.bmc.failOpens(code, 1);
    expect(await bench.done()).toMatchObject({ kind: 'fails', reason: { code } });
  },
);

test.each([1, 3])('called off after %i ms, it shows nothing and leaves no session', async (afterMs) => {
  const bench = createBench({ latencyMs: 2 });
  const running = bench.run();
  await bench.clock.advance(afterMs);
  bench.callOff.callOff();
  expect(await running).toEqual({ kind: 'calledOff' });
  expect(bench.bmc.openSessions()).toBe(0);
});
