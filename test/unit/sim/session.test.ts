import { describe, expect, test } from 'vitest';
import { chassisControl } from '../../../src/bmc/ipmi/commands/chassis-control.ts';
import { closeSession } from '../../../src/bmc/ipmi/commands/close-session.ts';
import { encodeRequest } from '../../../src/bmc/ipmi/message.ts';
import { payloadTypes } from '../../../src/bmc/ipmi/packet.ts';
import { seal } from '../../../src/bmc/ipmi/sealed.ts';
import { createBench } from './bench.ts';
import { createTestConsole, type OpenConsole, suiteOf, unsealed } from './test-console.ts';

const control = { netFn: chassisControl.netFn, command: chassisControl.command };
const reset = { ...control, data: chassisControl.encodeRequest('reset') };
const off = { ...control, data: chassisControl.encodeRequest('off') };
const identify = { netFn: 0, command: 0x04, data: Buffer.from([5]) };
const chassisStatus = { netFn: 0, command: 0x01 };
const setPrivilege = (level: number) => ({ netFn: 6, command: 0x3b, data: Buffer.from([level]) });
const close = (id: number) => ({ netFn: 6, command: 0x3c, data: closeSession.encodeRequest(id) });

const operatorSession = (bench = createBench()): OpenConsole => {
  const console = createTestConsole({ bmc: bench.bmc }).login();
  expect(console.ask(setPrivilege(3))?.completionCode).toBe(0);
  return console;
};

describe('privileges', () => {
  const codesOf = (user: string, password: string, level: number) => {
    const { bmc } = createBench();
    const console = createTestConsole({ bmc, user, password }).login();
    const set = console.ask(setPrivilege(level));
    const codes = [chassisStatus, identify, off].map((request) => console.ask(request)?.completionCode);
    return { set: set?.completionCode, codes };
  };

  test('a session begins as user: it may read and no more', () => {
    const console = createTestConsole({ bmc: createBench().bmc }).login();
    const codes = [chassisStatus, identify, off].map((request) => console.ask(request)?.completionCode);
    expect(codes).toEqual([0, 0xd4, 0xd4]);
  });

  test.each([
    ['admin', 'a-password-of-20-byt', 4, 0, [0, 0, 0]],
    ['admin', 'a-password-of-20-byt', 3, 0, [0, 0, 0]],
    ['admin', 'a-password-of-20-byt', 2, 0, [0, 0xd4, 0xd4]],
    ['admin', 'a-password-of-20-byt', 1, 0, [0xd4, 0xd4, 0xd4]],
    ['operator', 'op', 3, 0, [0, 0, 0]],
    ['operator', 'op', 4, 0x81, [0, 0xd4, 0xd4]],
    ['viewer', 'vw', 3, 0x81, [0, 0xd4, 0xd4]],
    ['viewer', 'vw', 2, 0, [0, 0xd4, 0xd4]],
  ])('%s (%s) asks for level %i: %i, then %j', (user, password, level, set, codes) => {
    expect(codesOf(user, password, level)).toEqual({ set, codes });
  });

  test('the level of RAKP 1 is a limit too', () => {
    const { bmc } = createBench();
    const console = createTestConsole({ bmc, role: 0x12 }).login();
    expect(console.ask(setPrivilege(3))?.completionCode).toBe(0x81);
  });

  test('level 0 asks for the level in force', () => {
    expect(operatorSession().ask(setPrivilege(0))?.data).toEqual(Buffer.from([3]));
  });
});

describe('answers', () => {
  test('a control that needs power: D5h while off', () => {
    const console = operatorSession(createBench({ machine: { power: 'off' } }));
    expect(console.ask(reset)?.completionCode).toBe(0xd5);
  });

  test.each([
    ['a command it does not have', { netFn: 0x2c, command: 0 }, 0xc1],
    ['too little data', { ...control, data: Buffer.alloc(0) }, 0xc7],
    ['a control that does not exist', { ...control, data: Buffer.from([0x0f]) }, 0xcc],
  ])('%s', (_name, request, code) => {
    expect(operatorSession().ask(request)?.completionCode).toBe(code);
  });

  test('Close Session closes its own session and says so', () => {
    const bench = createBench();
    const console = operatorSession(bench);
    expect(console.ask(close(console.bmcSessionId))?.completionCode).toBe(0);
    expect(bench.happened()).toEqual(['sessionOpened', 'sessionClosed closed']);
    expect(bench.clock.armed()).toBe(0);
    expect(console.ask(chassisStatus)).toBeUndefined();
  });

  test('Close Session of an unknown id: 87h', () => {
    const console = operatorSession();
    expect(console.ask(close((console.bmcSessionId ^ 1) >>> 0))?.completionCode).toBe(0x87);
  });
});

describe('packets that come twice', () => {
  test('the same packet is dropped', () => {
    const bench = createBench();
    const console = operatorSession(bench);
    const datagram = console.sealed(reset);
    expect(console.send(datagram)?.completionCode).toBe(0);
    expect(console.send(datagram)).toBeUndefined();
    expect(bench.machine.counts().reset).toBe(1);
  });

  test('a request sent again in a new packet is answered, and done once', () => {
    const bench = createBench();
    const console = operatorSession(bench);
    const again = { ...reset, sequence: 33 };
    expect(console.ask(again)).toEqual(console.ask(again));
    expect(bench.machine.counts().reset).toBe(1);
  });

  test('the same request number with other data is another request', () => {
    const bench = createBench();
    const console = operatorSession(bench);
    const nmi = { ...control, data: chassisControl.encodeRequest('nmi') };
    console.ask({ ...reset, sequence: 33 });
    console.ask({ ...nmi, sequence: 33 });
    expect(bench.machine.counts()).toEqual({ reset: 1, nmi: 1 });
  });

  test('a request number that comes round after 64 requests, or 5 s, is a new request', async () => {
    const bench = createBench();
    const console = operatorSession(bench);
    const again = { ...reset, sequence: 33 };
    console.ask(again);
    for (let count = 0; count < 8; count += 1) console.ask({ ...chassisStatus, sequence: count });
    console.ask(again);
    expect(bench.machine.counts().reset).toBe(2);
    await bench.clock.advance(5000);
    console.ask(again);
    expect(bench.machine.counts().reset).toBe(3);
  });
});

describe('packets that do not belong', () => {
  test('a sequence number far ahead is dropped, and does not move the window', () => {
    const console = operatorSession();
    expect(console.send(console.sealed(chassisStatus, 1000))).toBeUndefined();
    expect(console.ask(chassisStatus)?.completionCode).toBe(0);
  });

  test('an unsigned packet in a signed session is dropped', () => {
    const bench = createBench();
    const console = operatorSession(bench);
    const payload = encodeRequest({ ...reset, sequence: 1 });
    const { bmcSessionId: sessionId } = console;
    const suite = suiteOf(0);
    const packet = { payloadType: payloadTypes.ipmiMessage, sessionId, sequence: 9, payload };
    const plain = seal({ suite, keys: console.protection.keys }, packet);
    expect(bench.bmc(plain, 'console')).toBeUndefined();
    expect(bench.machine.counts().reset).toBe(0);
  });

  test('a forged packet neither keeps a session alive nor moves its window', async () => {
    const bench = createBench();
    const console = operatorSession(bench);
    const forged = console.sealed(reset, 5);
    forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
    await bench.clock.advance(30_000);
    expect(console.send(forged)).toBeUndefined();
    await bench.clock.advance(30_000);
    expect(bench.sessions.activeCount()).toBe(0);
  });

  test('a handshake message with a session id is dropped', () => {
    const bench = createBench();
    const { bmcSessionId } = operatorSession(bench);
    const datagram = unsealed(payloadTypes.openSessionRequest, Buffer.alloc(32), bmcSessionId);
    expect(bench.bmc(datagram, 'console')).toBeUndefined();
  });

  test('two sessions do not open each other’s packets', () => {
    const bench = createBench();
    const one = operatorSession(bench);
    const two = createTestConsole({ bmc: bench.bmc, peer: 'two' }).login();
    const datagram = one.sealed(reset);
    datagram.writeUInt32LE(two.bmcSessionId, 6);
    expect(bench.bmc(datagram, 'console')).toBeUndefined();
  });
});
