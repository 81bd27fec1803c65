import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectEngine } from '../../src/cli/engine-client.ts';
import type { Event, LocalReport } from '../../src/events/catalogue.ts';
import type { LocalExamination } from '../../src/fence/local.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Site } from '../support/daemon.ts';
import { createIllDisk } from '../support/ill-disk.ts';
import { createLocalTools, type LocalTools } from '../support/local-tools.ts';
import { describeWithPeers } from '../support/peers.ts';

/** The actions on the own server through the real daemon and the real command, with stand-ins for all that acts. */

const nowhere = { host: '127.0.0.9', port: 9, user: 'fence', password: 'the-bmc-password' };
const self = { node: 'own', role: 'member' };

const siteWith = (tools: LocalTools, local: Readonly<Record<string, unknown>>): Site => {
  const section = { socket: 'local.sock', stillRunsSeconds: 1, ...tools.section, ...local };
  return createSite({ servers: { own: nowhere }, sections: { self, local: section } });
};

const start = async (
  local: Readonly<Record<string, unknown>>,
  setUp: (tools: LocalTools) => void = () => {},
) => {
  const tools = createLocalTools();
  setUp(tools);
  const site = siteWith(tools, local);
  const launch = () => site.start({ env: { PATH: `${tools.path}:${process.env.PATH}` } });
  const daemon = await launch();
  const env = { NOROSHI_LOCAL_SOCKET: join(site.folder, 'local.sock') };
  const cli = (...words: string[]) => site.cli(['local', ...words], { env });
  const act = async (action: string): Promise<LocalReport> =>
    JSON.parse((await cli(action, '--reason', 'it hangs', '--json')).stdout);
  return { tools, site, daemon, launch, cli, act };
};

const eventsOf = async (site: Site): Promise<readonly Event[]> => {
  const client = await site.connect();
  return (await client.call('events.read', { types: ['local.*'] })).events;
};

test('a reset goes through all its ways while the server lives, and every step is on record', async () => {
  const { tools, site, daemon, cli } = await start({ actions: ['reset'] }, ({ teach }) =>
    teach('ireset', 'echo "no driver" >&2; exit 2'),
  );
  const { code, stdout } = await cli('reset', '--reason', 'monitor db1 failed', '--requester', 'engine');
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^own: local reset unknown, accepted; this server still runs\n {2}reason {3}local\.stillRuns/,
  );
  expect(tools.calls().map(({ words }) => words)).toEqual([
    'ipmitool -I open chassis power reset',
    'ireset -r -F open',
  ]);
  for (const { environment } of tools.calls())
    expect(environment).toEqual(['LC_ALL=C', expect.stringMatching(/^PATH=/)]);
  expect(tools.pressed()).toBe('b');
  const [requested, finished, ...rest] = await eventsOf(site);
  expect(rest).toEqual([]);
  expect(requested).toMatchObject({
    ...{ type: 'local.requested', severity: 'warning' },
    data: { server: 'own', action: 'reset', requester: 'engine', why: 'monitor db1 failed' },
  });
  expect(finished).toMatchObject({
    ...{ type: 'local.finished', severity: 'critical' },
    data: { outcome: 'unknown', accepted: true, journalled: true, reason: { code: 'local.stillRuns' } },
  });
  const steps = (finished?.data as LocalReport | undefined)?.steps ?? [];
  expect(steps.map(({ step, result }) => `${step} ${result}`)).toEqual([
    'ipmitool accepted',
    'ipmitool failed: this server still runs 1 s later',
    'ipmiutil unanswered: ireset ended with exit code 2; it wrote last: no driver',
    'sysrq accepted',
    'sysrq failed: this server still runs 1 s later',
  ]);
  expect(daemon.output()).not.toContain(nowhere.password);
});

test('a tool that hangs is killed, and the kernel has its turn', async () => {
  const tool = { limitSeconds: 1 };
  const { tools, act } = await start(
    { actions: ['off'], ways: ['ipmitool', 'sysrq'] },
    ({ teach, section }) => {
      teach('ipmitool', 'sleep 300');
      Object.assign(section.tools.ipmitool, tool);
    },
  );
  const report = await act('off');
  expect(report.steps[0]).toMatchObject({
    step: 'ipmitool',
    result: 'unanswered: ipmitool took too long and was killed',
  });
  expect(tools.pressed()).toBe('o');
});

test('a cycle is never replaced by a reset', async () => {
  const { tools, act } = await start({ actions: ['cycle'] }, ({ teach }) => {
    for (const tool of ['ipmitool', 'ireset'] as const) teach(tool, 'exit 1');
  });
  const report = await act('cycle');
  expect(report).toMatchObject({ outcome: 'unknown', reason: { code: 'local.failed' } });
  expect(report).not.toHaveProperty('accepted');
  expect(report.steps.at(-1)?.result).toMatch(/^notSent: the kernel has no sysrq for cycle/);
  expect(tools.pressed()).toBe('');
});

test('what is not allowed is refused, and so is everything on the sockets that are not for it', async () => {
  const { tools, site, cli } = await start({ actions: ['off'] });
  const { code, stdout } = await cli('reset', '--reason', 'x');
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/own: local reset refused.*\n.*local\.notAllowed/),
  ]);
  const engine = await site.connect();
  const order = { action: 'off', reason: 'x' } as const;
  await expect(engine.call('local.act', order)).rejects.toMatchObject({ code: 'rpc.method' });
  await expect(engine.call('local.check', {})).rejects.toMatchObject({ code: 'rpc.method' });
  expect(await engine.call('fence.request', { server: 'own', action: 'off' })).toMatchObject({
    ...{ outcome: 'refused', reason: { code: 'fence.self' } },
  });
  const local = await connectEngine(join(site.folder, 'local.sock'));
  await expect(local.call('fence.request', { server: 'own', action: 'off' })).rejects.toMatchObject({
    code: 'rpc.method',
  });
  await expect(local.call('local.act', { ...order, reason: ' ' })).rejects.toMatchObject({
    code: 'rpc.params',
  });
  await local.close();
  expect(tools.calls()).toEqual([]);
  expect(tools.pressed()).toBe('');
  expect(statSync(join(site.folder, 'local.sock')).mode & 0o777).toBe(0o600);
});

test('the check says what would work, and changes nothing', async () => {
  const { tools, cli } = await start({ actions: ['reset', 'cycle'], ways: ['ipmitool', 'sysrq'] });
  const good = await cli('check');
  expect([good.code, good.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^own: every allowed local action would find a way now\n {2}ipmitool: .* reset, cycle\n/,
    ),
  ]);
  rmSync(tools.device);
  const bad = await cli('check', '--json');
  const examination: LocalExamination = JSON.parse(bad.stdout);
  expect(bad.code).toBe(1);
  expect(examination).toMatchObject({
    ...{ server: 'own', works: false, missing: ['cycle'] },
    ways: [
      {
        way: 'ipmitool',
        actions: [],
        findings: [{ check: 'device', state: 'bad', code: 'local.unable' }, {}],
      },
      { way: 'sysrq', actions: ['reset'] },
    ],
  });
  expect(tools.calls()).toEqual([]);
  expect(tools.pressed()).toBe('');
});

test('without the section there is no socket, and the command says why', async () => {
  const site = createSite({ servers: { own: nowhere }, sections: { self } });
  await site.start();
  const missing = join(site.folder, 'local.sock');
  const { code, stderr } = await site.cli(['local', 'off', '--reason', 'x', '--socket', missing]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/local\.notOffered\)\n {2}Local actions are off/),
  ]);
  const engine = await site.cli(['local', 'off', '--reason', 'x', '--socket', site.socket]);
  expect([engine.code, engine.stderr]).toEqual([1, expect.stringMatching(/rpc\.method/)]);
});

test('a control machine cannot have it', async () => {
  const site = createSite({ servers: { own: nowhere }, sections: { local: { actions: ['off'] } } });
  const { code, stdout, stderr } = await site.cli(['check-config', '--config', site.configFile]);
  expect([code, stdout + stderr]).toEqual([
    2,
    expect.stringMatching(/local: a control machine has no server/),
  ]);
});

test('an end that the gateway did not live to tell is told by the next start', async () => {
  const { tools, site, daemon, launch, cli } = await start({ actions: ['reset'], stillRunsSeconds: 15 });
  const asked = cli('reset', '--reason', 'x');
  await until(() => tools.calls().length > 0, 15_000, 'the tool to be run');
  await daemon.kill();
  expect((await asked).code).toBe(1);
  await launch();
  const [requested, interrupted, ...rest] = await eventsOf(site);
  expect(rest).toEqual([]);
  expect(interrupted).toMatchObject({
    type: 'local.interrupted',
    data: { server: 'own', action: 'reset', requestedAt: requested?.at, restarted: false },
  });
  expect(tools.calls()).toHaveLength(1);
});

test('a daemon that is told to end calls the action off, and says so', async () => {
  const { tools, site, daemon, launch, cli } = await start({ actions: ['reset'], stillRunsSeconds: 15 });
  const asked = cli('reset', '--reason', 'x', '--json');
  await until(() => tools.calls().length > 0, 15_000, 'the tool to be run');
  expect(await daemon.stop()).toMatchObject({ code: 0 });
  expect(JSON.parse((await asked).stdout)).toMatchObject({ reason: { code: 'fence.stopping' } });
  await launch();
  expect((await eventsOf(site)).map(({ type }) => type)).toEqual(['local.requested', 'local.finished']);
  expect(tools.pressed()).toBe('');
});

describeWithPeers(['gcc'], 'on a disk that hangs', () => {
  test('the kernel has its turn all the same, and what is not on record says so', async () => {
    const tools = createLocalTools();
    const site = siteWith(tools, { actions: ['reset'], ways: ['ipmitool', 'sysrq'] });
    const disk = createIllDisk(site.stateDirectory);
    const daemon = await site.start({ env: { ...disk.env, PATH: `${tools.path}:${process.env.PATH}` } });
    disk.befall('hang');
    const words = ['local', 'reset', '--reason', 'the disk hangs', '--json'];
    const { stdout } = await site.cli([...words, '--socket', join(site.folder, 'local.sock')]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'unknown', accepted: true, journalled: false });
    expect(tools.pressed()).toBe('b');
    const late = daemon
      .lines()
      .filter(({ message }) => String(message).startsWith('the journal did not answer'));
    expect(late.map(({ event }) => (event as Event).type)).toEqual(['local.requested', 'local.finished']);
    disk.heal('hang');
    const recorded = async () => (await eventsOf(site)).length === 2;
    await until(() => recorded().catch(() => false), 20_000, 'both records once the disk answers again');
  });
});
