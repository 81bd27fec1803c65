import { describe, expect, test } from 'vitest';
import { type DoctorDeps, examineServers } from '../../../src/app/doctor.ts';
import { type Finding, failed, good, warning } from '../../../src/core/finding.ts';
import type { BmcPort, CallLimits, JudgeGuid } from '../../../src/core/ports.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { Identities } from '../../../src/fence/identity.ts';

const clock = createVirtualClock();
const bmcThat = (examine: BmcPort['examine']): BmcPort => ({
  open: () => Promise.reject(new Error('nothing but examine is called')),
  examine,
  close: async () => undefined,
});
const nobodyKnown: Identities = { pinned: () => undefined, ownerOf: () => undefined, checked: () => true };

const run = (deps: Partial<DoctorDeps>, servers: readonly string[] = ['server1']) =>
  examineServers(
    {
      clock,
      self: undefined,
      bmcOf: () => undefined,
      identities: nobodyKnown,
      methodsOf: () => undefined,
      ...deps,
    },
    servers,
  );

const answering = (...findings: Finding[]) => bmcThat(async () => findings);
const fine = good('power', 'on');
const noted = warning('clock', 'late', 'set it');
const broken = failed('login', 'bad', { code: 'bmc.auth', message: 'wrong' });

describe('the verdict', () => {
  test.each([
    ['good', [fine], true],
    ['only warned', [fine, noted], true],
    ['bad anywhere', [noted, broken, fine], false],
  ] as const)('of a server that is %s', async (_name, findings, works) => {
    const bmcOf = () => answering(...findings);
    expect(await run({ bmcOf })).toEqual({ works, servers: [{ server: 'server1', works, findings }] });
  });

  test('of a server without a BMC', async () => {
    const { works, servers } = await run({});
    expect(works).toBe(false);
    expect(servers).toMatchObject([{ works: false, findings: [{ check: 'bmc', code: 'fence.noBmc' }] }]);
  });

  test('of the server the gateway runs on: others stop it, and its BMC is examined all the same', async () => {
    const { servers } = await run({ self: 'server1', bmcOf: () => answering(fine) });
    expect(servers).toMatchObject([{ works: true, findings: [{ check: 'gateway', state: 'good' }, fine] }]);
  });

  test('of a driver that breaks its promise and throws', async () => {
    const { servers } = await run({ bmcOf: () => bmcThat(() => Promise.reject(new Error('odd'))) });
    expect(servers).toMatchObject([{ works: false, findings: [{ state: 'bad', code: 'bmc.protocol' }] }]);
  });

  test('of several servers: in their order, and bad where one is', async () => {
    const bmcOf = (server: string) => answering(server === 'b' ? broken : fine);
    const { works, servers } = await run({ bmcOf }, ['a', 'b', 'c']);
    expect([works, ...servers.map((verdict) => `${verdict.server} ${verdict.works}`)]).toEqual([
      false,
      'a true',
      'b false',
      'c true',
    ]);
  });
});

describe('the identity is judged as a forced stop judges it', () => {
  const judged = async (identities: Partial<Identities>, guid: string | undefined) => {
    let standing: ReturnType<JudgeGuid> | undefined;
    const bmc = bmcThat(async (_limits, judge) => {
      standing = judge(guid);
      return [];
    });
    await run({ bmcOf: () => bmc, identities: { ...nobodyKnown, ...identities } });
    return standing;
  };

  type Case = readonly [name: string, identities: Partial<Identities>, guid: string | undefined];

  const standings: readonly Case[] = [
    ['known', { pinned: () => 'aa' }, 'aa'],
    ['new', {}, 'aa'],
    ['unchecked', { checked: () => false, pinned: () => 'bb' }, 'aa'],
  ];
  test.each(standings)('%s', async (standing, identities, guid) => {
    expect(await judged(identities, guid)).toBe(standing);
  });

  const strangers: readonly Case[] = [
    ['another than the pinned one', { pinned: () => 'bb' }, 'aa'],
    ['none where one is pinned', { pinned: () => 'bb' }, undefined],
    ['one that belongs to another server', { ownerOf: () => 'server2' }, 'aa'],
  ];
  test.each(strangers)('%s is a stranger', async (_name, identities, guid) => {
    expect(await judged(identities, guid)).toMatchObject({ code: 'bmc.identity' });
  });
});

test('16 servers are examined at a time, each with 10 s of its own', async () => {
  const timed = createVirtualClock();
  let under = 0;
  let most = 0;
  const given: number[] = [];
  const bmc = bmcThat(async ({ deadline, priority }: CallLimits) => {
    expect(priority).toBe('operator');
    given.push(deadline.remainingMs());
    under += 1;
    most = Math.max(most, under);
    await new Promise<void>((resolve) => timed.after(1000, resolve));
    under -= 1;
    return [fine];
  });
  const names = Array.from({ length: 40 }, (_, index) => `server${index}`);
  const running = run({ clock: timed, bmcOf: () => bmc }, names);
  await timed.advance(3000);
  const { servers } = await running;
  expect(servers.map(({ server }) => server)).toEqual(names);
  expect(most).toBe(16);
  expect(new Set(given)).toEqual(new Set([10_000]));
});
