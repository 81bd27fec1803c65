import { describe, expect, test } from 'vitest';
import {
  decodeCipherSuiteRecords,
  getChannelCipherSuites,
} from '../../../src/bmc/ipmi/commands/get-channel-cipher-suites.ts';
import { rakp2Code } from '../../../src/bmc/ipmi/rakp-crypto.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { FaultSettings } from '../../../src/sim/bmc/faults/catalogue.ts';
import { type BenchOptions, createBench, guid } from './bench.ts';
import { chassisStatus, powerOf, systemGuid } from './requests.ts';
import { createTestConsole, suiteOf } from './test-console.ts';

const zeros = Buffer.alloc(16);
const inverted = Buffer.from('ffeeddccbbaa99887766554433221100', 'hex');

/** The first two steps of a login, by hand. */
const begin = (options: BenchOptions, suite = 17) => {
  const bench = createBench(options);
  const console = createTestConsole({ bmc: bench.bmc, suite });
  const id = console.open().accepted?.bmcSessionId ?? 0;
  const rakp2 = console.rakp1(id);
  const context = {
    suite: suiteOf(suite),
    consoleSessionId: 0xa0a2a3a4,
    bmcSessionId: id,
    consoleRandom: Buffer.alloc(16, 0x5a),
    bmcRandom: rakp2.accepted?.bmcRandom ?? zeros,
    bmcGuid: rakp2.accepted?.bmcGuid ?? zeros,
    role: 0x14,
    userName: Buffer.from('admin'),
  };
  const rightCode = rakp2Code(context, Buffer.from('a-password-of-20-byt'));
  return { bench, console, id, rakp2, rightCode };
};

describe('badRakp2Code', () => {
  test.each([17, 3])('suite %i: the code is of the right length, and wrong', (suite) => {
    const { rakp2, rightCode } = begin({ faults: { badRakp2Code: true } }, suite);
    expect(rakp2.status).toBe(0);
    expect(rakp2.accepted?.code).toHaveLength(rightCode.length);
    expect(rakp2.accepted?.code).not.toEqual(rightCode);
  });

  test('a message that comes again gets the same answer', () => {
    const { console, id, rakp2 } = begin({ faults: { badRakp2Code: true } });
    expect(console.rakp1(id)).toEqual(rakp2);
  });

  test('switched off, the same message gets the right code', () => {
    const { bench, console, id, rightCode } = begin({ faults: { badRakp2Code: true } });
    bench.faults.clear();
    expect(console.rakp1(id).accepted?.code).toEqual(rightCode);
  });
});

describe('badRakp4Code', () => {
  test('the console sees that it is wrong; the BMC holds the session to be open', () => {
    const bench = createBench({ faults: { badRakp4Code: true } });
    expect(() => createTestConsole({ bmc: bench.bmc }).login()).toThrow('RAKP 4 is not right');
    expect(bench.sessions.activeCount()).toBe(1);
  });

  test('a refusal carries no code, and stays a refusal', () => {
    const { bmc } = createBench({ faults: { badRakp4Code: true } });
    const console = createTestConsole({ bmc, password: 'wrong' });
    const id = console.open().accepted?.bmcSessionId ?? 0;
    expect(console.rakp3(id, console.rakp1(id))).toMatchObject({ status: 0x0f, code: Buffer.alloc(0) });
  });

  test('suite 0 has no codes to be wrong', () => {
    const { bmc } = createBench({ suites: [0], faults: { badRakp2Code: true, badRakp4Code: true } });
    expect(powerOf(createTestConsole({ bmc, suite: 0 }).login().ask(chassisStatus))).toBe('on');
  });
});

describe('GUIDs', () => {
  const told = (faults: FaultSettings) => {
    const { bench, rakp2, rightCode } = begin({ faults });
    // The BMC vouches for whatever GUID it tells.
    expect(rakp2.accepted?.code).toEqual(rightCode);
    const session = createTestConsole({ bmc: bench.bmc, peer: 'two' }).login();
    return [rakp2.accepted?.bmcGuid, session.ask(systemGuid)?.data];
  };
  const other = '0f0e0d0c0b0a09080706050403020100';

  test.each<[string, FaultSettings, Buffer, Buffer]>([
    ['none', {}, guid, guid],
    ['wrongGuid', { wrongGuid: true }, inverted, inverted],
    ['wrongGuid with a value', { wrongGuid: other }, Buffer.from(other, 'hex'), Buffer.from(other, 'hex')],
    ['splitGuid', { splitGuid: true }, guid, inverted],
    ['emptyGuid', { emptyGuid: true }, zeros, zeros],
    ['wrongGuid and splitGuid', { wrongGuid: true, splitGuid: true }, inverted, guid],
    ['all of them', { wrongGuid: true, splitGuid: true, emptyGuid: true }, zeros, zeros],
  ])('%s', (_name, faults, inRakp2, inSystemGuid) => {
    expect(told(faults)).toEqual([inRakp2, inSystemGuid]);
  });
});

describe('refusesSuite', () => {
  test('a suite it lists is refused, another is not', () => {
    const bench = createBench({ faults: { refusesSuite: 17 } });
    expect(createTestConsole({ bmc: bench.bmc, suite: 17 }).open().status).toBe(0x11);
    createTestConsole({ bmc: bench.bmc, suite: 3 }).login();
    expect(bench.happened()).toEqual(['loginRefused cipherSuite', 'sessionOpened']);
  });

  test('all of them can be refused', () => {
    const { bmc } = createBench({ faults: { refusesSuite: [17, 3] } });
    expect([17, 3].map((suite) => createTestConsole({ bmc, suite }).open().status)).toEqual([0x11, 0x11]);
  });

  test('the list still has it', () => {
    const bench = createBench({ faults: { refusesSuite: [17, 3] } });
    const console = createTestConsole({ bmc: bench.bmc });
    bench.faults.clear();
    const session = console.login();
    bench.faults.set({ refusesSuite: [17, 3] });
    const data = getChannelCipherSuites.encodeRequest({ channel: 14, index: 0 });
    const answer = getChannelCipherSuites.decodeResponse(
      session.ask({ netFn: 6, command: 0x54, data })?.data ?? zeros,
    );
    const listed = answer.ok ? decodeCipherSuiteRecords(answer.value.records).map(({ id }) => id) : [];
    expect(listed).toEqual([17, 3]);
  });
});

describe('truncatesPassword', () => {
  const users = [
    { name: 'admin', password: new Secret('a-password-of-20-byt') },
    { name: 'short', password: new Secret('sixteen-bytes-pw') },
  ];

  test('the password that was set is refused, its first 16 bytes are accepted', () => {
    const { bmc } = createBench({ users, faults: { truncatesPassword: true } });
    expect(() => createTestConsole({ bmc }).login()).toThrow('login');
    createTestConsole({ bmc, password: 'a-password-of-20', peer: 'two' }).login();
  });

  test('a password of 16 bytes is not touched', () => {
    const { bmc } = createBench({ users, faults: { truncatesPassword: true } });
    createTestConsole({ bmc, user: 'short', password: 'sixteen-bytes-pw' }).login();
  });
});
