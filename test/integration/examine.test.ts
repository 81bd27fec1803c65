import { describe, expect, test } from 'vitest';
import { bmcDrivers } from '../../src/bmc/drivers/index.ts';
import { createCallOff } from '../../src/core/call-off.ts';
import { sleep, systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import type { Check, Finding } from '../../src/core/finding.ts';
import type { BmcPort, CallLimits, JudgeGuid } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import type { BmcFact } from '../../src/sim/bmc/facts.ts';
import { type SimBmc, type SimBmcOptions, startSimBmc } from '../../src/sim/bmc/server.ts';
import { freeUdpPort } from '../interop/rig/asf-ping.ts';
import { atEnd } from '../interop/rig/endings.ts';
import { until } from '../support/bounded.ts';
import { startUdpRelay } from '../support/udp-relay.ts';

const guid = '00112233445566778899aabbccddeeff';
const password = 'operpw';

interface Bench {
  readonly sim: SimBmc;
  /** Everything that happened, but sessions that came and went. */
  readonly did: () => string[];
  readonly refusals: () => string[];
}

const startBench = async (options: Partial<SimBmcOptions> = {}): Promise<Bench> => {
  const facts: BmcFact[] = [];
  const sim = await startSimBmc({
    clock: systemClock,
    users: [
      { name: 'oper', password: new Secret(password), privilege: 'operator' },
      { name: 'admin', password: new Secret(password) },
      { name: 'viewer', password: new Secret(password), privilege: 'user' },
    ],
    guid: Buffer.from(guid, 'hex'),
    ...options,
    onFact: (fact) => facts.push(fact),
  });
  atEnd({ stop: () => sim.close(), kill: () => undefined });
  const words = (wanted: (fact: BmcFact) => boolean) => facts.filter(wanted).map(({ what }) => what);
  return {
    sim,
    did: () => words(({ what }) => !what.startsWith('session') && what !== 'loginRefused'),
    refusals: () => facts.flatMap((fact) => (fact.what === 'loginRefused' ? [fact.why] : [])),
  };
};

interface Access {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly kg?: string;
  readonly privilege?: string;
  readonly cipherSuites?: readonly number[];
  readonly allowCipherSuite0?: boolean;
}

const portTo = (sim: SimBmc, { password: secret = password, kg, ...access }: Access = {}): BmcPort => {
  const driver = bmcDrivers.native;
  if (!driver) throw new Error('the native driver is gone');
  const options = driver.spec.options.parse({ host: sim.host, port: sim.port, user: 'oper', ...access });
  const secrets = { password: new Secret(secret), ...(kg === undefined ? {} : { kg: new Secret(kg) }) };
  return driver.build({ model: 'ipmi', driver: 'native', options, secrets }, systemClock);
};

const limitsFor = (priority: CallLimits['priority'], lengthMs = 10_000): CallLimits => ({
  deadline: deadlineIn(systemClock, lengthMs),
  priority,
});

const asNew: JudgeGuid = () => 'new';
const examine = (port: BmcPort, judge = asNew) => port.examine(limitsFor('operator'), judge);

const allGood: Readonly<Partial<Record<Check, string>>> = {
  address: 'good',
  answer: 'good',
  login: 'good',
  suite: 'good',
  privilege: 'good',
  identity: 'good',
  power: 'good',
  restore: 'good',
  clock: 'good',
  slots: 'good',
  cipher0: 'good',
};

const stateOf = (finding: Finding): string =>
  finding.state === 'good' || !finding.code ? finding.state : `${finding.state} ${finding.code}`;
const states = (findings: readonly Finding[]) =>
  Object.fromEntries(findings.map((finding) => [finding.check, stateOf(finding)]));

const without = (...checks: Check[]) =>
  Object.fromEntries(Object.entries(allGood).filter(([check]) => !(checks as string[]).includes(check)));
const inside: readonly Check[] = [
  'login',
  'suite',
  'privilege',
  'identity',
  'power',
  'restore',
  'clock',
  'slots',
];

const unchanged = async ({ sim, did }: Bench, sessionsLeft = 0) => {
  await until(() => sim.sessions() === sessionsLeft, 1000, 'the sessions to be closed');
  expect(did()).toEqual([]);
  expect(sim.machine.power()).toBe('on');
};

test('a good BMC is good all over, and every finding is a sentence', async () => {
  const bench = await startBench();
  const findings = await examine(portTo(bench.sim));
  expect(bench.sim.sessions()).toBe(0);
  expect(states(findings)).toEqual(allGood);
  expect(findings).toHaveLength(Object.keys(allGood).length);
  expect(findings.find(({ check }) => check === 'power')?.message).toContain('its server is on');
  expect(findings.find(({ check }) => check === 'identity')?.message).toContain(guid);
  await unchanged(bench);
});

describe('every failing path has its finding', () => {
  const cases: readonly (readonly [
    name: string,
    sim: Partial<SimBmcOptions>,
    access: Access,
    expected: Readonly<Record<string, string>>,
  ])[] = [
    ['a name in place of an address', {}, { host: 'localhost' }, { ...allGood, address: 'warning' }],
    ['a frozen BMC', { faults: { frozen: true } }, {}, { address: 'good', answer: 'bad bmc.timeout' }],
    ['a user it does not know', {}, { user: 'nobody' }, { ...without(...inside), login: 'bad bmc.user' }],
    [
      'every suite refused',
      { faults: { refusesSuite: [17, 3] } },
      {},
      { ...without(...inside), suite: 'bad bmc.cipherSuite' },
    ],
    ['suite 3 at best', { suites: [3] }, {}, { ...allGood, suite: 'warning' }],
    ['suite 3 configured alone', {}, { cipherSuites: [3] }, { ...allGood, suite: 'warning' }],
    [
      'suite 0 configured',
      {},
      { cipherSuites: [17, 0], allowCipherSuite0: true },
      { ...allGood, suite: 'bad' },
    ],
    [
      'a configured privilege that is too low',
      {},
      { user: 'viewer', privilege: 'user' },
      { ...allGood, privilege: 'bad bmc.privilege' },
    ],
    [
      'an account whose privilege is too low',
      {},
      { user: 'viewer' },
      { ...without(...inside), privilege: 'bad bmc.privilege' },
    ],
    [
      'more privilege than needed',
      {},
      { user: 'admin', privilege: 'administrator' },
      { ...allGood, privilege: 'warning' },
    ],
    ['no GUID', { faults: { emptyGuid: true } }, {}, { ...allGood, identity: 'warning' }],
    [
      'a server that stays off after a power failure',
      { machine: { restorePolicy: 'alwaysOff' } },
      {},
      { ...allGood, restore: 'warning' },
    ],
    [
      'an unknown restore policy',
      { machine: { restorePolicy: 'unknown' } },
      {},
      { ...allGood, restore: 'warning' },
    ],
    ['a clock an hour ahead', { faults: { wrongClock: 3600 } }, {}, { ...allGood, clock: 'warning' }],
    ['a clock 50 s behind', { faults: { wrongClock: -50 } }, {}, allGood],
    [
      'all slots taken',
      { faults: { sessionFull: true } },
      {},
      { ...without(...inside), slots: 'bad bmc.sessionFull', cipher0: 'good' },
    ],
    ['one slot in all', { limits: { slots: 1 } }, {}, { ...allGood, slots: 'warning' }],
    ['cipher suite 0 open', { suites: [17, 0] }, {}, { ...allGood, cipher0: 'warning' }],
    [
      'reads that stay busy for a while',
      { faults: { busy: { on: 'reads', times: 25 } } },
      {},
      { ...without('restore'), power: 'bad bmc.busy' },
    ],
  ];

  test.each(cases)('%s', async (_name, options, access, expected) => {
    const bench = await startBench(options);
    const findings = await examine(portTo(bench.sim, access));
    expect(states(findings)).toEqual(expected);
    for (const finding of findings) if (finding.state !== 'good') expect(finding.remedy).not.toBe('');
    await unchanged(bench);
  });

  test('a name that nobody knows', async () => {
    const bench = await startBench();
    const findings = await examine(portTo(bench.sim, { host: 'no-such-bmc.invalid' }));
    expect(states(findings)).toEqual({ address: 'bad bmc.unreachable' });
  });

  test('a closed port', async () => {
    const bench = await startBench();
    const port = await freeUdpPort('127.0.0.1');
    const findings = await examine(portTo(bench.sim, { port }));
    expect(states(findings)).toEqual({ address: 'good', answer: 'bad bmc.portClosed' });
  });

  test('a K_g that is not configured', async () => {
    const bench = await startBench({ kg: new Secret('a-key') });
    const findings = await examine(portTo(bench.sim));
    expect(states(findings)).toEqual({ ...without(...inside), login: 'bad bmc.kg' });
    expect(bench.did()).toEqual([]);
  });

  test.each([
    ['of our own', {}, { password: 'wrong' }],
    ['of the BMC', { faults: { badRakp2Code: true } }, {}],
  ] as const)('a wrong password %s: one login, and nothing more is asked', async (_name, options, access) => {
    const bench = await startBench(options);
    const findings = await examine(portTo(bench.sim, access));
    expect(states(findings)).toEqual({ address: 'good', answer: 'good', login: 'bad bmc.auth' });
    await until(() => bench.refusals().length > 0, 1000, 'the login to be called off');
    expect(bench.refusals()).toEqual(['console']);
    await unchanged(bench);
  });

  test('a long password that is refused is told to be long', async () => {
    const long = 'eighteen-bytes-pw!';
    const users = [{ name: 'oper', password: new Secret(long) }];
    const bench = await startBench({ users, faults: { truncatesPassword: true } });
    const findings = await examine(portTo(bench.sim, { password: long }));
    expect(findings.at(-1)?.message).toContain('it has 18 bytes, and some BMCs keep only 16');
    expect(JSON.stringify(findings)).not.toContain(long);
  });

  test('another machine than the remembered one: told, and read no less', async () => {
    const bench = await startBench();
    const seen: unknown[] = [];
    const findings = await examine(portTo(bench.sim), (found) => {
      seen.push(found);
      return { code: 'bmc.identity', message: 'not the one' };
    });
    expect(states(findings)).toEqual({ ...allGood, identity: 'bad bmc.identity' });
    expect(seen).toEqual([guid]);
    await unchanged(bench);
  });

  test('slots that others have taken', async () => {
    const bench = await startBench();
    const other = portTo(bench.sim);
    for (let count = 0; count < 3; count += 1) await other.open(limitsFor('operator'));
    expect(states(await examine(portTo(bench.sim)))).toEqual({ ...allGood, slots: 'warning' });
    await unchanged(bench, 3);
    await other.close();
  });
});

describe('leaves nothing behind', () => {
  test('a slot that suite 0 was given is given back at once', async () => {
    const bench = await startBench({ suites: [17, 0], limits: { slots: 2 } });
    const port = portTo(bench.sim);
    for (let count = 0; count < 5; count += 1) {
      expect(states(await examine(port))).toEqual({ ...allGood, cipher0: 'warning' });
    }
    await unchanged(bench);
  });

  test('when the port is closed meanwhile', async () => {
    const bench = await startBench({ faults: { delay: 40 } });
    const port = portTo(bench.sim);
    const examining = examine(port);
    await until(() => bench.sim.sessions() === 1, 5000, 'the examination to log in');
    await port.close();
    expect((await examining).some(({ state }) => state === 'bad')).toBe(true);
    await unchanged(bench);
  });

  test('a login that is called off, whenever that is', async () => {
    const bench = await startBench({ faults: { delay: 8 }, limits: { slots: 64 } });
    for (let afterMs = 4; afterMs <= 120; afterMs += 8) {
      const callOff = createCallOff();
      const logIn = portTo(bench.sim).open({ ...limitsFor('background'), signal: callOff.signal });
      const outcome = logIn.then(
        (session) => session.close(),
        () => undefined,
      );
      await sleep(systemClock, afterMs);
      callOff.callOff();
      await outcome;
    }
    bench.sim.faults.clear();
    await unchanged(bench);
  });

  test('and ends at its deadline', async () => {
    const bench = await startBench({ faults: { delay: 60 } });
    const startedMs = performance.now();
    const findings = await portTo(bench.sim).examine(limitsFor('operator', 300), asNew);
    expect(performance.now() - startedMs).toBeLessThan(1200);
    expect(Object.values(states(findings))).toContain('bad bmc.timeout');
    bench.sim.faults.clear();
    await unchanged(bench);
  });
});

test('a better suite than the one in use is found: an examination knows nothing of before', async () => {
  const bench = await startBench({ faults: { refusesSuite: 17 } });
  const port = portTo(bench.sim);
  expect(states(await examine(port))).toEqual({ ...allGood, suite: 'warning' });
  await (await port.open(limitsFor('operator'))).close();
  bench.sim.faults.clear();
  expect(states(await examine(port))).toEqual(allGood);
});

test('a forced stop goes before it at the next packet, and stays before it', async () => {
  const bench = await startBench({ machine: { offDelayMs: 0 } });
  const relay = await startUdpRelay(bench.sim, 10);
  const port = portTo(bench.sim, { port: relay.port });
  const examining = examine(port);
  await until(() => relay.senders.length >= 3, 5000, 'the examination to be under way');
  const before = relay.senders.length;
  const session = await port.open(limitsFor('forcedStop'));
  expect(await session.readPower(limitsFor('forcedStop'))).toBe('on');
  expect(await session.control('off', limitsFor('forcedStop'))).toEqual({ kind: 'accepted' });
  expect(await session.readPower(limitsFor('forcedStop'))).toBe('off');
  const meanwhile = relay.senders.slice(before);
  const own = meanwhile.at(-1);
  expect(meanwhile.filter((sender) => sender !== own)).toHaveLength(0);
  expect(meanwhile.length).toBeGreaterThanOrEqual(8);
  await session.close();
  expect(states(await examining)).toEqual(allGood);
  await until(() => bench.sim.sessions() === 0, 1000, 'the sessions to be closed');
});
