import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CipherSuite, cipherSuites } from '../../../../src/bmc/ipmi/cipher-suites.ts';
import type { Decoded } from '../../../../src/bmc/ipmi/decoded.ts';
import { decodePacket, type RmcpPlusPacket } from '../../../../src/bmc/ipmi/packet.ts';
import { sessionKeys } from '../../../../src/bmc/ipmi/rakp-crypto.ts';
import { decodeRmcp } from '../../../../src/bmc/ipmi/rmcp.ts';
import { type Protection, seal, unseal } from '../../../../src/bmc/ipmi/sealed.ts';

const suiteOf = (id: number): CipherSuite => {
  const suite = cipherSuites.get(id);
  if (!suite) throw new Error(`no suite ${id}`);
  return suite;
};

const protectionOf = (id: number, secret = 'sik'): Protection => {
  const suite = suiteOf(id);
  return { suite, keys: sessionKeys(suite, createHash('sha256').update(secret).digest()) };
};

/** Opens a datagram as client and BMC do: RMCP, packet, protection. */
const open = (protection: Protection, datagram: Buffer): Decoded<Buffer> => {
  const rmcp = decodeRmcp(datagram);
  if (!rmcp.ok) return rmcp;
  const packet = decodePacket(rmcp.value.body);
  if (!packet.ok) return packet;
  if (packet.value.format !== 'rmcp+') return { ok: false, failure: 'unsupported' };
  return unseal(protection, datagram, packet.value);
};

const packets = fc.record({
  payloadType: fc.constant(0),
  sessionId: fc.nat(0xffffffff),
  sequence: fc.nat(0xffffffff),
  payload: fc.uint8Array({ maxLength: 70 }).map((array) => Buffer.from(array)),
});
const sample = {
  payloadType: 0,
  sessionId: 0x04030201,
  sequence: 7,
  payload: Buffer.from('2018c88114013a', 'hex'),
};
const rmcpHeaderLength = 4;

describe.each([17, 3, 0])('suite %i', (id) => {
  const protection = protectionOf(id);

  test('what was sealed is unsealed', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(open(protection, seal(protection, packet))).toEqual({ ok: true, value: packet.payload });
      }),
    );
  });

  test('a datagram cut at any byte is refused', () => {
    const datagram = seal(protection, sample);
    for (let length = 0; length < datagram.length; length += 1) {
      expect(open(protection, datagram.subarray(0, length)).ok).toBe(false);
    }
  });

  test('any bytes behind a right header get an answer', () => {
    const header = (value: Partial<RmcpPlusPacket>): RmcpPlusPacket => ({
      format: 'rmcp+',
      payloadType: 0,
      encrypted: protection.suite.confidentiality !== 'none',
      authenticated: protection.suite.integrity.hash !== undefined,
      sessionId: 1,
      sequence: 1,
      payload: Buffer.alloc(0),
      trailer: Buffer.alloc(0),
      ...value,
    });
    const anyBytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(anyBytes, anyBytes, anyBytes, (payload, trailer, datagram) => {
        expect(unseal(protection, datagram, header({ payload, trailer }))).toHaveProperty('ok');
      }),
    );
  });
});

describe.each([17, 3])('signed suite %i', (id) => {
  const protection = protectionOf(id);

  test('a change of any bit behind the RMCP header is refused', () => {
    const datagram = seal(protection, sample);
    for (let index = rmcpHeaderLength; index < datagram.length; index += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const forged = Buffer.from(datagram);
        forged[index] = (forged[index] as number) ^ (1 << bit);
        expect(open(protection, forged).ok, `byte ${index} bit ${bit}`).toBe(false);
      }
    }
  });

  test('the keys of another session do not open it', () => {
    expect(open(protectionOf(id, 'other'), seal(protection, sample))).toEqual({
      ok: false,
      failure: 'badChecksum',
    });
  });

  test('an unprotected packet is refused in a protected session', () => {
    expect(open(protection, seal(protectionOf(0), sample))).toEqual({ ok: false, failure: 'badValue' });
  });

  test('the same payload looks different each time', () => {
    expect(seal(protection, sample)).not.toEqual(seal(protection, sample));
  });

  test('bytes behind the signature are refused', () => {
    const longer = Buffer.concat([seal(protection, sample), Buffer.alloc(1)]);
    expect(open(protection, longer).ok).toBe(false);
  });
});

test('a protected packet is refused in an unprotected session', () => {
  expect(open(protectionOf(0), seal(protectionOf(17), sample))).toEqual({ ok: false, failure: 'badValue' });
});

test('a packet that claims a signature is refused in an unprotected session', () => {
  const datagram = seal(protectionOf(0), sample);
  datagram[5] = (datagram[5] as number) | 0x40;
  expect(open(protectionOf(0), datagram)).toEqual({ ok: false, failure: 'badValue' });
});
