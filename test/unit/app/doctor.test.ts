import { describe, expect, test } from 'vitest';
import { type DoctorDeps, examineServers } from '../../../src/app/doctor.ts';
import type { ExaminedMethod } from '../../../src/app/examine-chain.ts';
import { CodedError } from '../../../src/core/errors.ts';
import { type Finding, failed, good, warning } from '../../../src/core/finding.ts';
import type { BmcPort, CallLimits, JudgeGuid, StopPort } from '../../../src/core/ports.ts';
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

describe('the verdict on a chain', () => {
  const port = (provesOff: boolean, check?: StopPort['check']): StopPort => ({
    ...{ provesOff, file: '/bin/true', stop: () => Promise.reject(new Error('a doctor stops nothing')) },
    ...(check && { check }),
  });
  const script = (provesOff: boolean, file = '/bin/true', check?: StopPort['check']): ExaminedMethod => ({
    ...{ method: 'script', limitSeconds: 5, file, port: port(provesOff, check) },
  });
  const kdump = (bound = true): ExaminedMethod => ({
    ...{ method: 'kdumpWait', limitSeconds: 60 },
    port: {
      open: bound ? async () => undefined : () => Promise.reject(new CodedError('kdump.notBound', 'taken')),
    },
  });
  const bmc: ExaminedMethod = { method: 'bmc' };
  const nmi: ExaminedMethod = { method: 'nmiWait', limitSeconds: 5 };
  const failing: StopPort['check'] = async () => ({ code: 'script.failed', message: 'no such guest' });

  const chains: readonly (readonly [string, readonly ExaminedMethod[], 'good' | 'dead' | 'none', boolean])[] =
    [
      ['a trusted script beside a dead BMC', [bmc, script(true)], 'dead', true],
      ['a trusted script without a BMC', [script(true)], 'none', true],
      ['a trusted script that is missing', [bmc, script(true, '/nowhere/stop')], 'dead', false],
      ['a trusted script whose check fails', [bmc, script(true, '/bin/true', failing)], 'dead', false],
      [
        'a trusted script whose check passes',
        [bmc, script(true, '/bin/true', async () => undefined)],
        'dead',
        true,
      ],
      ['a script that proves nothing beside a dead BMC', [script(false), bmc], 'dead', false],
      ['a script alone whose BMC reads the power', [script(false)], 'good', true],
      ['a script alone whose BMC is dead', [script(false)], 'dead', false],
      ['a missing script before a good BMC', [script(true, '/nowhere/stop'), bmc], 'good', true],
      ['waits before a good BMC', [kdump(), nmi, bmc], 'good', true],
      ['waits before a dead BMC', [kdump(), nmi, bmc], 'dead', false],
      ['a wait that nobody can hear, before a good BMC', [kdump(false), bmc], 'good', true],
      ['waits alone, though all is well', [kdump(), nmi], 'good', false],
    ];

  const bmcs = { good: () => answering(fine), dead: () => answering(broken), none: () => undefined };

  test.each(chains)('%s', async (_name, methods, state, works) => {
    const [verdict] = (await run({ bmcOf: bmcs[state], methodsOf: () => methods })).servers;
    expect(verdict?.works).toBe(works);
    expect(verdict?.findings.some((finding) => finding.state === 'bad')).toBe(
      !works && methods.at(-1) !== nmi,
    );
  });

  test('a dead BMC is a warning where a trusted script would do', async () => {
    const [verdict] = (await run({ bmcOf: bmcs.dead, methodsOf: () => [bmc, script(true)] })).servers;
    expect(verdict?.findings).toEqual([
      good('chain', '1. bmc (the rest of the deadline): powers off, and proves that by reading the power'),
      good('chain', '2. script (5 s): runs /bin/true, whose success counts as proof'),
      { ...broken, state: 'warning' },
      good('script', '/bin/true is there and may be executed; it was not tried (no supportsCheck)'),
    ]);
  });

  test('every method is shown in its order, with what it can prove', async () => {
    const methods = [kdump(false), nmi, script(false), bmc];
    const [verdict] = (await run({ bmcOf: bmcs.good, methodsOf: () => methods })).servers;
    const told = verdict?.findings.map(({ check, state, message }) => `${state} ${check}: ${message}`);
    expect(told).toEqual([
      'good chain: 1. kdumpWait (60 s): waits while a dump is written, and proves nothing',
      'good chain: 2. nmiWait (5 s): gives time for a dump, and proves nothing',
      'good chain: 3. script (5 s): runs /bin/true, which proves nothing by itself: the BMC reads the power then',
      'good chain: 4. bmc (the rest of the deadline): powers off, and proves that by reading the power',
      'good power: on',
      'warning kdump: taken',
      'good script: /bin/true is there and may be executed; it was not tried (no supportsCheck)',
    ]);
  });

  test('a check has the time of an examination, and waits as an operator does', async () => {
    const given: unknown[] = [];
    const check: StopPort['check'] = async ({ deadline, priority }) => {
      given.push(deadline.remainingMs(), priority);
      return undefined;
    };
    const { servers } = await run({ methodsOf: () => [script(true, '/bin/true', check)] });
    expect(given).toEqual([10_000, 'operator']);
    expect(servers[0]?.findings.at(-1)).toMatchObject({ state: 'good', check: 'script' });
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
