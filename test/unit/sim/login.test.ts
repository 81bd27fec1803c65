import { describe, expect, test } from 'vitest';
import { payloadTypes } from '../../../src/bmc/ipmi/packet.ts';
import { encodeRakp3 } from '../../../src/bmc/ipmi/rakp-3.ts';
import { decodeRakp4 } from '../../../src/bmc/ipmi/rakp-4.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createBench } from './bench.ts';
import { createTestConsole, packetOf, unsealed } from './test-console.ts';

const openedId = ({ accepted }: { accepted?: { bmcSessionId: number } }): number =>
  accepted?.bmcSessionId ?? 0;

describe('logins that succeed', () => {
  test.each([17, 3, 0])('suite %i', (suite) => {
    const { bmc, happened, sessions } = createBench({ suites: [17, 3, 0] });
    createTestConsole({ bmc, suite }).login();
    expect(sessions.activeCount()).toBe(1);
    expect(happened()).toEqual(['sessionOpened']);
  });

  test('with a K_g of 20 bytes', () => {
    const kg = 'twenty-byte-bmc-key!';
    const { bmc } = createBench({ kg: new Secret(kg) });
    createTestConsole({ bmc, kg }).login();
    expect(() => createTestConsole({ bmc, kg: 'another' }).login()).toThrow('RAKP 4 is not right');
  });

  test('the user without a name', () => {
    const { bmc, sessions } = createBench();
    createTestConsole({ bmc, user: '', password: 'nameless' }).login();
    expect(sessions.activeCount()).toBe(1);
  });

  test('by name and level together, where accounts share a name', () => {
    const users = [
      { name: 'shared', password: new Secret('as-user'), privilege: 'user' as const },
      { name: 'shared', password: new Secret('as-operator'), privilege: 'operator' as const },
    ];
    const { bmc } = createBench({ users });
    createTestConsole({ bmc, user: 'shared', role: 3, password: 'as-operator' }).login();
    createTestConsole({ bmc, user: 'shared', role: 2, password: 'as-user' }).login();
    const highest = createTestConsole({ bmc, user: 'shared', role: 4 });
    expect(highest.rakp1(openedId(highest.open())).status).toBe(0x0d);
  });
});

describe('logins that are refused', () => {
  test.each([
    ['a suite that is not offered', [17], 3],
    ['suite 0 where it is not listed', [17, 3], 0],
  ])('%s: status 11h', (_name, suites, suite) => {
    const { bmc, happened } = createBench({ suites });
    expect(createTestConsole({ bmc, suite }).open().status).toBe(0x11);
    expect(happened()).toEqual(['loginRefused cipherSuite']);
  });

  test.each([
    ['an unknown name', { user: 'nobody' }],
    ['a name that begins right', { user: 'admi' }],
    ['a level the name does not have', { user: 'viewer', role: 4 }],
  ])('%s: RAKP 2 with status 0Dh, and the slot is free', (_name, login) => {
    const { bmc, clock, happened } = createBench();
    const console = createTestConsole({ bmc, ...login });
    expect(console.rakp1(openedId(console.open())).status).toBe(0x0d);
    expect(happened()).toEqual(['loginRefused user']);
    expect(clock.armed()).toBe(0);
  });

  test.each([17, 3])(
    'a wrong password with suite %i: RAKP 4 with status 0Fh, and the slot is free',
    (suite) => {
      const { bmc, clock, happened, sessions } = createBench();
      const console = createTestConsole({ bmc, suite, password: 'wrong' });
      const id = openedId(console.open());
      expect(console.rakp3(id, console.rakp1(id))).toMatchObject({ status: 0x0f, code: Buffer.alloc(0) });
      expect(happened()).toEqual(['loginRefused password']);
      expect(sessions.activeCount()).toBe(0);
      expect(clock.armed()).toBe(0);
    },
  );

  test('a console that refuses us gets no answer, and the slot is free', () => {
    const { bmc, clock, happened } = createBench();
    const console = createTestConsole({ bmc });
    const id = openedId(console.open());
    expect(console.rakp3(id, console.rakp1(id), 0x0f)).toBeUndefined();
    expect(happened()).toEqual(['loginRefused console']);
    expect(clock.armed()).toBe(0);
  });

  test('a session id nobody gave out: status 02h', () => {
    const { bmc } = createBench();
    const console = createTestConsole({ bmc });
    expect(console.rakp1(12_345).status).toBe(0x02);
    const rakp3 = encodeRakp3({ tag: 0, status: 0, bmcSessionId: 12_345, code: Buffer.alloc(32) });
    const reply = bmc(unsealed(payloadTypes.rakp3, rakp3), 'console');
    const decoded = reply && decodeRakp4(packetOf(reply).payload);
    expect(decoded).toMatchObject({ value: { status: 0x02 } });
  });

  test('RAKP 3 before RAKP 1: status 02h', () => {
    const { bmc } = createBench();
    const console = createTestConsole({ bmc });
    const id = openedId(console.open());
    expect(console.rakp3(id, { tag: 0, status: 0, consoleSessionId: 0 })?.status).toBe(0x02);
  });
});

describe('slots', () => {
  test('handshakes take slots: the fifth gets status 01h', () => {
    const { bmc, happened } = createBench();
    const open = (peer: string) => createTestConsole({ bmc, peer }).open().status;
    expect(['a', 'b', 'c', 'd', 'e'].map(open)).toEqual([0, 0, 0, 0, 0x01]);
    expect(happened()).toEqual(['loginRefused slotsFull']);
  });

  test('a handshake left alone frees its slot after 10 s', async () => {
    const { bmc, clock, happened } = createBench({ limits: { slots: 1 } });
    const console = createTestConsole({ bmc });
    console.rakp1(openedId(console.open()));
    await clock.advance(9_999);
    expect(createTestConsole({ bmc, peer: 'other' }).open().status).toBe(0x01);
    await clock.advance(1);
    expect(createTestConsole({ bmc, peer: 'other' }).open().status).toBe(0);
    expect(happened()).toContain('loginRefused abandoned');
  });

  test('a session unused for 60 s is closed; use keeps it', async () => {
    const { bmc, clock, happened, sessions } = createBench();
    const console = createTestConsole({ bmc }).login();
    await clock.advance(59_000);
    expect(console.ask({ netFn: 6, command: 1 })?.completionCode).toBe(0);
    await clock.advance(59_999);
    expect(sessions.activeCount()).toBe(1);
    await clock.advance(1);
    expect(sessions.activeCount()).toBe(0);
    expect(console.ask({ netFn: 6, command: 1 })).toBeUndefined();
    expect(happened()).toEqual(['sessionOpened', 'sessionClosed idle']);
  });

  test('closing all leaves no timer', () => {
    const { bmc, clock, sessions, happened } = createBench();
    createTestConsole({ bmc }).login();
    createTestConsole({ bmc, peer: 'other' }).open();
    sessions.closeAll();
    expect(clock.armed()).toBe(0);
    expect(happened()).toEqual(['sessionOpened', 'sessionClosed shutdown']);
  });
});

describe('handshake messages that come twice', () => {
  test('Open Session takes one slot', () => {
    const { bmc } = createBench({ limits: { slots: 1 } });
    const console = createTestConsole({ bmc });
    expect(console.open()).toEqual(console.open());
  });

  test('Open Session of two consoles with one session id, as of two ipmitools, takes two', () => {
    const { bmc } = createBench();
    const [one, two] = ['1', '2'].map((peer) => openedId(createTestConsole({ bmc, peer }).open()));
    expect(one).not.toBe(two);
  });

  test('RAKP 1 gets the same RAKP 2', () => {
    const { bmc } = createBench();
    const console = createTestConsole({ bmc });
    const id = openedId(console.open());
    expect(console.rakp1(id)).toEqual(console.rakp1(id));
  });

  test('RAKP 3 gets the same RAKP 4, and one session is open', () => {
    const { bmc, happened } = createBench();
    const console = createTestConsole({ bmc });
    const id = openedId(console.open());
    const rakp2 = console.rakp1(id);
    expect(console.rakp3(id, rakp2)).toEqual(console.rakp3(id, rakp2));
    expect(happened()).toEqual(['sessionOpened']);
  });
});
