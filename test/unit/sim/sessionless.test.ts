import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAsf, encodeAsf } from '../../../src/bmc/ipmi/asf.ts';
import { getChannelAuthCapabilities } from '../../../src/bmc/ipmi/commands/get-channel-auth-capabilities.ts';
import {
  decodeCipherSuiteRecords,
  getChannelCipherSuites,
} from '../../../src/bmc/ipmi/commands/get-channel-cipher-suites.ts';
import { decodeResponse, encodeRequest } from '../../../src/bmc/ipmi/message.ts';
import { encodeV15, payloadTypes } from '../../../src/bmc/ipmi/packet.ts';
import { decodeRmcp, encodeRmcp } from '../../../src/bmc/ipmi/rmcp.ts';
import { Secret } from '../../../src/core/secret.ts';
import { readCapture } from '../bmc/ipmi/captured-session.ts';
import { type Bench, createBench, guid } from './bench.ts';
import { packetOf, unsealed } from './test-console.ts';

type Wrap = (payload: Buffer) => Buffer;
const wraps: [string, Wrap][] = [
  ['IPMI 1.5', encodeV15],
  ['RMCP+', (payload) => unsealed(payloadTypes.ipmiMessage, payload)],
];

const ask = ({ bmc }: Bench, wrap: Wrap, netFn: number, command: number, data: Buffer = Buffer.alloc(0)) => {
  const reply = bmc(wrap(encodeRequest({ netFn, command, sequence: 1, data })), 'console');
  const decoded = reply && decodeResponse(packetOf(reply).payload);
  if (!decoded?.ok) throw new Error('no answer');
  return decoded.value;
};

describe.each(wraps)('outside of a session, in %s packets', (_name, wrap) => {
  test('authentication capabilities tell of IPMI 2.0, K_g and the accounts', () => {
    const bench = createBench({ kg: new Secret('key'), users: [{ name: 'a', password: new Secret('b') }] });
    const { data } = ask(bench, wrap, 6, 0x38, Buffer.from([0x8e, 4]));
    expect(getChannelAuthCapabilities.decodeResponse(data)).toEqual({
      ok: true,
      value: { channel: 1, ipmi20: true, kgSet: true, namedUsers: true, namelessUsers: false },
    });
  });

  test('the list of cipher suites ends with a part of less than 16 bytes', () => {
    const bench = createBench({ suites: [17, 3, 0, 17] });
    const part = (index: number) => {
      const { data } = ask(
        bench,
        wrap,
        6,
        0x54,
        getChannelCipherSuites.encodeRequest({ channel: 14, index }),
      );
      const decoded = getChannelCipherSuites.decodeResponse(data);
      return decoded.ok ? decoded.value.records : Buffer.alloc(0);
    };
    expect([0, 1, 2].map((index) => part(index).length)).toEqual([16, 4, 0]);
    const ids = decodeCipherSuiteRecords(Buffer.concat([part(0), part(1)])).map(({ id }) => id);
    expect(ids).toEqual([17, 3, 0, 17]);
  });

  test('the GUID is told', () => {
    expect(ask(createBench(), wrap, 6, 0x37).data).toEqual(guid);
  });

  test.each([
    ['device id', 6, 0x01],
    ['chassis status', 0, 0x01],
    ['chassis control', 0, 0x02],
    ['close session', 6, 0x3c],
    ['a command it does not have', 0x2c, 0x3e],
  ])('%s needs a session', (_command, netFn, command) => {
    const bench = createBench();
    expect(ask(bench, wrap, netFn, command, Buffer.from([0])).completionCode).toBe(0xd4);
    expect(bench.facts).toEqual([]);
  });
});

test('an ASF ping gets a pong that tells of IPMI', () => {
  const reply = createBench().bmc(encodeRmcp('asf', encodeAsf({ type: 'ping', tag: 9 })), 'console');
  const rmcp = reply && decodeRmcp(reply);
  expect(rmcp?.ok && decodeAsf(rmcp.value.body)).toEqual({
    ok: true,
    value: { type: 'pong', tag: 9, ipmi: true },
  });
});

describe('a hostile network', () => {
  const bench = createBench();
  const captured = readCapture('ipmitool-17').map(({ datagram }) => datagram);
  const anyBytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

  test('any datagram is answered or dropped', () => {
    const rmcp = anyBytes.map((body) => encodeRmcp('ipmi', body));
    fc.assert(
      fc.property(fc.oneof(anyBytes, rmcp), (datagram) => {
        bench.bmc(datagram, 'console');
      }),
      { numRuns: 2000 },
    );
    expect(bench.sessions.activeCount()).toBe(0);
  });

  test('any payload of a handshake is answered or dropped', () => {
    fc.assert(
      fc.property(fc.nat(63), anyBytes, (payloadType, payload) => {
        bench.bmc(unsealed(payloadType, payload), 'console');
      }),
      { numRuns: 2000 },
    );
  });

  test('damaged datagrams of ipmitool are answered or dropped', () => {
    const edits = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...captured), edits, fc.nat(200), (datagram, changes, length) => {
        const copy = Buffer.from(datagram);
        for (const [at, byte] of changes) copy[at % copy.length] = byte;
        bench.bmc(copy, 'console');
        bench.bmc(copy.subarray(0, length), 'console');
      }),
      { numRuns: 1000 },
    );
  });
});
