import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MethodResult } from '../../src/bridge/engine/method-tables.ts';
import { type BmcAccess, complaints, createSite, type Daemon, type Site } from '../support/daemon.ts';
import { describeWithPeers } from '../support/peers.ts';
import { freeUdpPort } from './rig/asf-ping.ts';
import { type IpmiSim, startIpmiSim } from './rig/ipmi-sim.ts';

type Examination = MethodResult<'doctor.run'>;
type Verdict = Examination['servers'][number];

const accessTo = (sim: IpmiSim, user: 'operator' | 'user' = 'operator'): BmcAccess => {
  const { name, password } = sim.users[user];
  return { host: sim.host, port: sim.port, user: name, password };
};

const states = ({ findings }: Verdict) =>
  Object.fromEntries(
    findings.map((finding) => [
      finding.check,
      finding.state === 'good' || !finding.code ? finding.state : `${finding.state} ${finding.code}`,
    ]),
  );

describeWithPeers(['ipmi_sim'], 'noroshi doctor over ipmi_sim', () => {
  let sims: Record<'good' | 'wrong' | 'viewer' | 'frozen', IpmiSim>;
  let site: Site;
  let daemon: Daemon;

  beforeAll(async () => {
    sims = {
      good: await startIpmiSim(),
      wrong: await startIpmiSim(),
      viewer: await startIpmiSim(),
      frozen: await startIpmiSim(),
    };
    const nobody = await freeUdpPort('127.0.0.1');
    site = createSite({
      servers: {
        good: accessTo(sims.good),
        wrong: { ...accessTo(sims.wrong), password: 'not-it' },
        viewer: { ...accessTo(sims.viewer, 'user'), privilege: 'user' },
        closed: { ...accessTo(sims.good), host: '127.0.0.1', port: nobody },
        frozen: accessTo(sims.frozen),
      },
      sections: { self: { node: 'good', role: 'member' } },
    });
    sims.frozen.pause();
    daemon = await site.start();
  });

  afterAll(async () => {
    sims.frozen.resume();
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(complaints(daemon)).toEqual([]);
  });

  /** What ipmi_sim is by nature: suite 3, no restore policy, a clock that starts at 0, and suite 0 open. */
  const natural = {
    address: 'good',
    answer: 'good',
    login: 'good',
    suite: 'warning',
    privilege: 'good',
    identity: 'good',
    power: 'good',
    restore: 'warning',
    clock: 'warning',
    slots: 'good',
    cipher0: 'warning',
  };

  test('all servers: each its own verdict, and the exit code of the worst', async () => {
    const { stdout, code } = await site.cli(['doctor', '--json']);
    expect(code).toBe(1);
    const { works, servers } = JSON.parse(stdout) as Examination;
    expect(works).toBe(false);
    expect(servers.map((verdict) => [verdict.server, verdict.works, states(verdict)])).toEqual([
      ['good', true, { gateway: 'good', ...natural }],
      ['wrong', false, { address: 'good', answer: 'good', login: 'bad bmc.auth' }],
      ['viewer', false, { ...natural, privilege: 'bad bmc.privilege' }],
      ['closed', false, { address: 'good', answer: 'bad bmc.portClosed' }],
      ['frozen', false, { address: 'good', answer: 'bad bmc.timeout' }],
    ]);
  });

  test('one server, for people: every session slot is free again, and the power is told', async () => {
    const { stdout, code } = await site.cli(['doctor', 'good']);
    expect(code).toBe(0);
    expect(stdout).toContain('good: a forced stop would work now; 4 warnings\n');
    expect(stdout).toMatch(/good +slots +63 of the 63 session slots of \S+ are free\n/);
    expect(stdout).toMatch(/good +power +\S+ says that its server is on\n/);
    expect(stdout).toMatch(/WARNING +cipher0 +\S+ accepts cipher suite 0: .*\n +Disable cipher suite 0/);
  });

  test('a server nobody knows is a usage of its own code', async () => {
    const { stdout, code } = await site.cli(['doctor', 'nosuch', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'server.unknown' } });
  });

  test('no server was touched', () => {
    for (const sim of Object.values(sims)) {
      expect(sim.log()).toEqual([]);
      expect(sim.power()).toBe(1);
    }
  });
});
