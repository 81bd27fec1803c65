import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MethodParams, MethodResult } from '../../src/bridge/engine/method-tables.ts';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { errorCatalogue } from '../../src/core/errors.ts';
import { until } from '../support/bounded.ts';
import { type BmcAccess, complaints, createSite, type Daemon, type Site } from '../support/daemon.ts';
import { describeWithPeers } from '../support/peers.ts';
import { freeUdpPort } from './rig/asf-ping.ts';
import { type IpmiSim, startIpmiSim } from './rig/ipmi-sim.ts';
import type { RunResult } from './rig/run.ts';

const slowOffMs = 3_000;
/** How much before its deadline a caller is answered at the earliest. */
const earliestMs = 250;
const effectLimitMs = 5_000;

const accessTo = (sim: IpmiSim, user: 'operator' | 'user' = 'operator'): BmcAccess => {
  const { name, password } = sim.users[user];
  return { host: sim.host, port: sim.port, user: name, password };
};

const did = (sim: IpmiSim): string[] => sim.log().map(({ what, value }) => `${what} ${value}`);

type Report = MethodResult<'fence.request'>;

/** The report of a command that was run with --json. */
const reportOf = ({ stdout }: RunResult): Report => JSON.parse(stdout) as Report;

describeWithPeers(['ipmi_sim'], 'forced stops of ipmi_sim through the daemon', () => {
  let sims: Record<'good' | 'wrong' | 'viewer' | 'frozen' | 'slow', IpmiSim>;
  let site: Site;
  let daemon: Daemon;
  let client: EngineClient;

  beforeAll(async () => {
    sims = {
      good: await startIpmiSim(),
      wrong: await startIpmiSim(),
      viewer: await startIpmiSim(),
      frozen: await startIpmiSim(),
      slow: await startIpmiSim({ offDelayMs: slowOffMs }),
    };
    const nobody = await freeUdpPort('127.0.0.1');
    site = createSite({
      servers: {
        good: accessTo(sims.good),
        wrong: { ...accessTo(sims.wrong), password: 'not-it' },
        viewer: { ...accessTo(sims.viewer, 'user'), privilege: 'user' },
        closed: { ...accessTo(sims.good), host: '127.0.0.1', port: nobody },
        frozen: accessTo(sims.frozen),
        slow: accessTo(sims.slow),
      },
    });
    daemon = await site.start();
    client = await site.connect();
  });

  afterAll(async () => {
    await client.close();
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(complaints(daemon)).toEqual([]);
  });

  /** Asks over the socket; answers the report and how long it took. */
  const request = async (order: MethodParams<'fence.request'>): Promise<{ report: Report; ms: number }> => {
    const startedAt = performance.now();
    const report = await client.call('fence.request', order);
    return { report, ms: performance.now() - startedAt };
  };
  const hasReadOn = async (job: string): Promise<boolean> => {
    const { steps } = await client.call('fence.get', { job });
    return steps.some(({ step, result }) => step === 'read' && result === 'on');
  };
  const fence = (...words: string[]) => site.cli(['fence', ...words]);

  describe('the commands, with the log of the simulator as witness', () => {
    test('off: the server is off when the command ends, and the answer rests on that', async () => {
      const ended = await fence('good', 'off', '--json');
      expect(sims.good.power()).toBe(0);
      expect(did(sims.good)).toEqual(['power 0']);
      expect(ended.code).toBe(0);
      const report = reportOf(ended);
      expect(report).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: true, joined: false });
      expect(Date.parse(report.proof?.at ?? '')).toBeGreaterThanOrEqual(
        Math.floor(sims.good.log()[0]?.at ?? 0),
      );
    });

    test('off again: sent again, and confirmed by a fresh read', async () => {
      const ended = await fence('good', 'off');
      expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('off confirmed; fenced: yes') });
      expect(did(sims.good)).toEqual(['power 0', 'power 0']);
    });

    test('reset of a server that is off: refused, nothing sent', async () => {
      const ended = await fence('good', 'reset');
      expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('bmc.state') });
      expect(did(sims.good)).toEqual(['power 0', 'power 0']);
    });

    test('on: the server is on when the command ends', async () => {
      const ended = await fence('good', 'on', '--json');
      expect(sims.good.power()).toBe(1);
      expect(ended.code).toBe(0);
      expect(reportOf(ended)).toMatchObject({ outcome: 'confirmed', fenced: false });
      expect(did(sims.good)).toEqual(['power 0', 'power 0', 'power 1']);
    });

    test('status: reads, and changes nothing', async () => {
      const ended = await fence('good', 'status', '--json');
      expect(ended.code).toBe(0);
      expect(reportOf(ended)).toMatchObject({ outcome: 'confirmed', fenced: false, proof: { power: 'on' } });
      expect(did(sims.good)).toEqual(['power 0', 'power 0', 'power 1']);
    });

    test('reset: done, and still unknown, because it cannot be read back', async () => {
      const ended = await fence('good', 'reset', '--json');
      expect(ended.code).toBe(1);
      expect(reportOf(ended)).toMatchObject({
        outcome: 'unknown',
        fenced: false,
        accepted: true,
        reason: { code: 'fence.notProvable' },
      });
      expect(did(sims.good)).toEqual(['power 0', 'power 0', 'power 1', 'reset 1']);
    });

    test('nmi: ipmi_sim has none, and says so', async () => {
      const ended = await fence('good', 'nmi', '--json');
      expect(ended.code).toBe(1);
      expect(reportOf(ended)).toMatchObject({ outcome: 'refused', reason: { code: 'bmc.rejected' } });
    });

    test('cycle: answered at the proof of off, and then the server comes on', async () => {
      const ended = await fence('good', 'cycle', '--json');
      const { job, ...report } = reportOf(ended);
      expect(ended.code).toBe(0);
      expect(report).toMatchObject({ outcome: 'confirmed', fenced: true, proof: { power: 'off' } });
      const restarted = async () => (await client.call('fence.get', { job })).restart?.outcome !== 'pending';
      await until(restarted, effectLimitMs, 'the restart');
      expect(await client.call('fence.get', { job })).toMatchObject({ restart: { outcome: 'confirmed' } });
      expect(sims.good.power()).toBe(1);
      expect(did(sims.good).slice(4)).toEqual(['power 0', 'power 1']);
    });

    test('identify: the lamp is told, and the answer says that it cannot be read back', async () => {
      const lit = await site.cli(['identify', 'good', 'on', '--json']);
      const out = await site.cli(['identify', 'good', 'off', '--json']);
      for (const ended of [lit, out]) {
        expect(ended.code).toBe(1);
        expect(JSON.parse(ended.stdout)).toMatchObject({
          outcome: 'unknown',
          reason: { code: 'identify.notProvable' },
        });
      }
      expect(did(sims.good).slice(-2)).toEqual(['identify 250', 'identify 0']);
    });
  });

  /** What the command prints where a forced stop fails: the verdict, the sentence, what to do. */
  const expectRefusal = (
    ended: RunResult,
    outcome: 'refused' | 'unknown',
    code: keyof typeof errorCatalogue,
  ) => {
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain(`off ${outcome}; fenced: NO`);
    expect(ended.stdout).toContain(`reason   ${code}: `);
    expect(ended.stdout).toContain(errorCatalogue[code].remedy);
  };

  describe('what fails, by its own code and sentence', () => {
    test('a wrong password', async () => {
      const ended = await fence('wrong', 'off');
      expectRefusal(ended, 'refused', 'bmc.auth');
      expect(ended.stdout).toContain('password');
      expect(did(sims.wrong)).toEqual([]);
    });

    test('an account that may only look', async () => {
      const ended = await fence('viewer', 'off');
      expectRefusal(ended, 'refused', 'bmc.privilege');
      expect(did(sims.viewer)).toEqual([]);
    });

    test('a closed port, long before the deadline', async () => {
      const { report, ms } = await request({ server: 'closed', action: 'off', deadlineMs: 15_000 });
      expect(report).toMatchObject({ outcome: 'refused', reason: { code: 'bmc.portClosed' } });
      expect(ms).toBeLessThan(3_000);
      expectRefusal(await fence('closed', 'off'), 'refused', 'bmc.portClosed');
    });

    test('a server that is not configured', async () => {
      const ended = await fence('nosuch', 'off');
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('server.unknown') });
    });

    for (const deadlineMs of [6_000, 1_000]) {
      test(`a frozen BMC: unknown at its deadline of ${deadlineMs} ms, and nothing is sent when it thaws`, async () => {
        sims.frozen.pause();
        const { report, ms } = await request({ server: 'frozen', action: 'off', deadlineMs });
        expect(ms).toBeLessThanOrEqual(deadlineMs);
        expect(ms).toBeGreaterThanOrEqual(deadlineMs - earliestMs);
        expect(report).toMatchObject({ outcome: 'unknown', fenced: false, reason: { code: 'bmc.timeout' } });
        sims.frozen.resume();
        await until(() => hasReadOn(report.job), 15_000, 'the job to see that the server is still on');
        expect(did(sims.frozen)).toEqual([]);
      });
    }

    test('a frozen BMC, as the command shows it', async () => {
      sims.frozen.pause();
      expectRefusal(await fence('frozen', 'off', '--deadline', '2s'), 'unknown', 'bmc.timeout');
      sims.frozen.resume();
    });
  });

  describe('time', () => {
    test(`a power-off that takes ${slowOffMs} ms is answered only when the server is off, and then soon`, async () => {
      const { report } = await request({ server: 'slow', action: 'off' });
      const answeredAt = Date.now();
      expect(sims.slow.power()).toBe(0);
      expect(report).toMatchObject({ outcome: 'confirmed', fenced: true });
      const offAt = (sims.slow.log()[0]?.at ?? 0) + slowOffMs;
      expect(answeredAt - offAt).toBeGreaterThan(-20);
      expect(answeredAt - offAt).toBeLessThan(slowOffMs / 40 + 200);
    });

    test('a quick power-off is proved within a quarter of a second', async () => {
      const took: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        await request({ server: 'good', action: 'on' });
        const { report, ms } = await request({ server: 'good', action: 'off' });
        expect(report).toMatchObject({ outcome: 'confirmed', fenced: true });
        took.push(ms);
      }
      expect(Math.min(...took)).toBeLessThan(250);
    });
  });
});
