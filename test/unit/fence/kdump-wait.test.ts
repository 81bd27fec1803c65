import { describe, expect, test } from 'vitest';
import type { Chain } from '../../../src/fence/methods.ts';
import { createFakeKdump, type FakeKdump } from '../../support/fake-kdump.ts';
import {
  answered,
  answerOf,
  type BenchOptions,
  commandsOf,
  createFenceBench,
  server1,
  timesOf,
} from './bench.ts';

/** Exact times of a chain that waits for a dump; the BMC answers at once unless a test says otherwise. */

interface Scene extends BenchOptions {
  readonly sendNmi?: boolean;
  readonly bound?: boolean;
  readonly limitMs?: number;
  readonly bmcLimitMs?: number;
  readonly deadlineMs?: number;
}

const scene = ({ sendNmi, bound, limitMs, bmcLimitMs, deadlineMs, ...options }: Scene = {}) => {
  const late: { kdump?: FakeKdump } = {};
  const port = () => late.kdump as FakeKdump;
  const chain: Chain = [
    {
      ...{ method: 'kdumpWait', limitMs: limitMs ?? 60_000, sendNmi: sendNmi ?? true },
      ...{ firstMessageMs: 20_000, quietMs: 15_000 },
      port: {
        open: () => port().open(),
        heardMs: () => port().heardMs(),
        watch: (onMessage) => port().watch(onMessage),
      },
    },
    { method: 'bmc', limitMs: bmcLimitMs ?? 10_000 },
  ];
  const behaviour = { latencyMs: 0, ...options.behaviour };
  const settings = { deadlineMs: deadlineMs ?? 75_000, ...options.settings };
  const bench = createFenceBench({ ...options, behaviour, settings, chain });
  const kdump = createFakeKdump(bench.clock, bound === undefined ? {} : { bound });
  late.kdump = kdump;
  return { bench, kdump };
};

const settled = async ({ bench, kdump }: ReturnType<typeof scene>) => {
  await bench.finish();
  expect(bench.clock.armed()).toBe(0);
  expect(bench.bmc().openSessions()).toBe(0);
  expect(kdump.watchers()).toBe(0);
};

describe('kdumpWait', () => {
  test('waits until the messages have stopped for long enough, then the next method proves', async () => {
    const here = scene();
    here.kdump.dump({ fromMs: 12_000, everyMs: 10_000, untilMs: 32_000 });
    const answer = await answered(here.bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, proof: { by: 'bmc' } });
    expect(timesOf(here.bench.bmc(), 'nmi')).toEqual([0]);
    expect(timesOf(here.bench.bmc(), 'off')).toEqual([32_000 + 15_000]);
    await settled(here);
  });

  test('is over early where no first message comes', async () => {
    const here = scene();
    const answer = await answered(here.bench, 'off');
    expect(answer).toMatchObject({ fenced: true });
    expect(timesOf(here.bench.bmc(), 'off')).toEqual([20_000]);
    const told = answer.steps.find(({ step }) => step === 'kdumpWait');
    expect(told).toMatchObject({ atMs: 20_000, result: expect.stringMatching(/^kdump\.silent: .*20 s/) });
    await settled(here);
  });

  test('gives way at its limit to a dump that does not end', async () => {
    const here = scene();
    here.kdump.dump({ fromMs: 10_000, everyMs: 10_000, untilMs: 300_000 });
    const answer = await answered(here.bench, 'off');
    expect(answer).toMatchObject({ fenced: true, proof: { by: 'bmc' } });
    expect(timesOf(here.bench.bmc(), 'off')).toEqual([60_000]);
    await settled(here);
  });

  test('sends no NMI to a server that is writing its dump already', async () => {
    const here = scene();
    here.kdump.say();
    await here.bench.clock.advance(8_000);
    const answer = await answered(here.bench, 'off');
    expect(answer).toMatchObject({ fenced: true });
    expect(commandsOf(here.bench.bmc())).toEqual(['off']);
    expect(timesOf(here.bench.bmc(), 'off')).toEqual([15_000]);
    await settled(here);
  });

  test('does not take a message of long ago for a dump', async () => {
    const here = scene();
    here.kdump.say();
    await here.bench.clock.advance(15_000);
    await answered(here.bench, 'off');
    expect(timesOf(here.bench.bmc(), 'nmi')).toEqual([15_000]);
    expect(timesOf(here.bench.bmc(), 'off')).toEqual([35_000]);
    await settled(here);
  });

  test('sends no NMI where the configuration says so, and needs no BMC to wait', async () => {
    const here = scene({ sendNmi: false });
    here.kdump.dump({ fromMs: 1_000, everyMs: 10_000, untilMs: 1_000 });
    await answered(here.bench, 'off');
    expect(commandsOf(here.bench.bmc())).toEqual(['off']);
    expect(timesOf(here.bench.bmc(), 'off')).toEqual([16_000]);
    await settled(here);
  });

  test('waits for a kernel that crashed by itself though the BMC refuses the NMI', async () => {
    const here = scene();
    here.bench.bmc().faultControls('bmc.rejected');
    here.kdump.dump({ fromMs: 5_000, everyMs: 10_000, untilMs: 5_000 });
    await answered(here.bench, 'off');
    expect(timesOf(here.bench.bmc(), 'off')).toEqual([20_000]);
    await settled(here);
  });

  test('does not wait for the dump of a server that is off', async () => {
    const here = scene({ power: 'off' });
    const answer = await answered(here.bench, 'off');
    expect(answer).toMatchObject({ fenced: true, proof: { by: 'bmc', power: 'off' } });
    expect(answer.waitedMs).toBe(0);
    expect(commandsOf(here.bench.bmc())).not.toContain('nmi');
    await settled(here);
  });

  test('fails with its code where the port is taken, and costs nothing', async () => {
    const here = scene({ bound: false });
    const answer = await answered(here.bench, 'off');
    expect(answer).toMatchObject({ fenced: true });
    expect(answer.waitedMs).toBe(0);
    expect(commandsOf(here.bench.bmc())).toEqual(['off']);
    expect(answer.steps.find(({ step }) => step === 'kdumpWait')?.result).toMatch(/^kdump\.notBound: /);
    await settled(here);
  });

  test('never proves: messages are no sign of off', async () => {
    const here = scene({ behaviour: { stuckOn: true } });
    here.kdump.dump({ fromMs: 1_000, everyMs: 10_000, untilMs: 31_000 });
    const asked = here.bench.ask('off', { deadlineMs: 75_000 });
    await here.bench.clock.advance(75_000);
    expect(answerOf(asked)).toMatchObject({ outcome: 'unknown', fenced: false });
    await settled(here);
  });

  test('ends at once when the daemon stops', async () => {
    const here = scene();
    const asked = here.bench.ask('off');
    await here.bench.clock.advance(5_000);
    void here.bench.service.stop();
    await here.bench.clock.advance(100);
    expect(answerOf(asked)).toMatchObject({ fenced: false, reason: { code: 'fence.stopping' } });
    await settled(here);
  });

  test('that a restart cut off waits on for the dump, and sends no second NMI', async () => {
    const here = scene();
    here.kdump.dump({ fromMs: 2_000, everyMs: 10_000, untilMs: 12_000 });
    const job = {
      id: 'old',
      server: server1,
      action: 'off',
      requester: 'test',
      remainingMs: 60_000,
    } as const;
    void here.bench.service.resume({ interrupted: [job], mayComeOn: [], stopped: [] });
    await here.bench.clock.advance(60_000);
    expect(commandsOf(here.bench.bmc())).toEqual(['off']);
    expect(timesOf(here.bench.bmc(), 'off')).toEqual([27_000]);
    expect(here.bench.events('fence.finished')[0]?.data).toMatchObject({ fenced: true });
    await settled(here);
  });
});

describe('the deadline', () => {
  test('everything dead: unknown, not fenced, exactly inside it', async () => {
    const here = scene({ behaviour: { frozen: true } });
    here.kdump.dump({ fromMs: 10_000, everyMs: 10_000, untilMs: 300_000 });
    const answer = await answered(here.bench, 'off');
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false });
    expect(answer.waitedMs).toBe(75_000 - 150);
    const told = answer.steps.filter(({ step }) => step === 'kdumpWait' || step === 'bmc');
    expect(told.map(({ step, atMs }) => [step, atMs])).toEqual([
      ['kdumpWait', 60_000],
      ['bmc', 70_000],
    ]);
    await settled(here);
  });

  test('a shorter one of the caller cuts the wait, so that the BMC has its own time', async () => {
    const here = scene();
    here.kdump.dump({ fromMs: 2_000, everyMs: 5_000, untilMs: 300_000 });
    const answer = await answered(here.bench, 'off', { deadlineMs: 30_000 });
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(timesOf(here.bench.bmc(), 'off')).toEqual([30_000 - 150 - 10_000]);
    await settled(here);
  });

  test('one that the BMC needs for itself leaves the wait out, with its NMI', async () => {
    const here = scene();
    const answer = await answered(here.bench, 'off', { deadlineMs: 10_000 });
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(commandsOf(here.bench.bmc())).toEqual(['off']);
    expect(answer.waitedMs).toBe(0);
    expect(answer.steps.find(({ step }) => step === 'kdumpWait')?.result).toMatch(/^fence\.deadline: /);
    await settled(here);
  });

  test('a BMC without a limit keeps what the configured deadline would leave it', async () => {
    const nmiWait: Chain = [
      { method: 'nmiWait', limitMs: 10_000 },
      { method: 'bmc', limitMs: undefined },
    ];
    const bench = createFenceBench({
      ...{ chain: nmiWait, settings: { deadlineMs: 15_000 }, behaviour: { latencyMs: 0 } },
    });
    await answered(bench, 'off', { deadlineMs: 8_000 });
    expect(timesOf(bench.bmc(), 'off')).toEqual([8_000 - 150 - 5_000]);
    await bench.finish();
  });

  test('an NMI wait is cut in the same way', async () => {
    const chain: Chain = [
      { method: 'nmiWait', limitMs: 30_000 },
      { method: 'bmc', limitMs: 5_000 },
    ];
    const bench = createFenceBench({ chain, settings: { deadlineMs: 40_000 }, behaviour: { latencyMs: 0 } });
    await answered(bench, 'off', { deadlineMs: 12_000 });
    expect(timesOf(bench.bmc(), 'nmi')).toEqual([0]);
    expect(timesOf(bench.bmc(), 'off')).toEqual([12_000 - 150 - 5_000]);
    await bench.finish();
  });
});
