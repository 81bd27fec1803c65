import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { trapRefusals } from '../../../src/core/trap-refusal.ts';
import { answerTo } from '../../../src/snmp-trap/codec/answer.ts';
import { element, integer, nothing, octets, oid, sequence } from '../../../src/snmp-trap/codec/ber-writer.ts';
import type { CommunityMessage } from '../../../src/snmp-trap/codec/community-message.ts';
import { decodeMessage } from '../../../src/snmp-trap/codec/message.ts';
import { tags } from '../../../src/snmp-trap/codec/tags.ts';
import { everyType, linkDown, petBytes, petTrap, v2 } from './examples.ts';

const decoded = (datagram: Buffer): CommunityMessage => {
  const message = decodeMessage(datagram);
  if (!message.ok) throw new Error(`refused: ${message.failure}`);
  if (message.value.version === 'v3') throw new Error('it is v3');
  return message.value;
};

const failureOf = (datagram: Buffer): string => {
  const message = decodeMessage(datagram);
  return message.ok ? 'decoded' : message.failure;
};

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

describe('what is decoded', () => {
  it('decodes a v1 trap as snmptrap writes it', () => {
    // snmptrap -v1 -c public … 1.3.6.1.4.1.3183.1.1 10.0.0.1 6 356224 77 1.3.6.1.4.1.3183.1.1.1 i 3
    const datagram = hex(`
      303c02010004067075626c6963a42f06092b06010401986f010140040a0000010201060203056f80
      43014d3011300f060a2b06010401986f010101020103`);
    expect(decoded(datagram)).toEqual({
      version: 'v1',
      community: Buffer.from('public'),
      content: {
        kind: 'trap',
        trapOid: '1.3.6.1.4.1.3183.1.1.0.356224',
        uptimeTicks: 77,
        varbinds: [{ oid: '1.3.6.1.4.1.3183.1.1.1', value: { type: 'integer', value: 3 } }],
        v1: { enterprise: '1.3.6.1.4.1.3183.1.1', agentAddress: '10.0.0.1', generic: 6, specific: 356224 },
      },
    });
  });

  it('keeps a PET whole', () => {
    const { content } = decoded(petTrap());
    expect(content.trapOid).toBe('1.3.6.1.4.1.3183.1.1.0.356224');
    expect(content.varbinds[0]?.value).toEqual({ type: 'octetString', value: petBytes });
  });

  test.each([0, 1, 2, 3, 4, 5])('gives generic trap %i the OID of RFC 3584', (generic) => {
    const pdu = element(
      tags.trapV1,
      ...[oid('1.3.6.1.4.1.9'), element(tags.ipAddress, Buffer.of(1, 2, 3, 4)), integer(generic)],
      ...[integer(0), integer(1, tags.timeTicks), sequence()],
    );
    const { content } = decoded(sequence(integer(0), octets('public'), pdu));
    expect(content.trapOid).toBe(`1.3.6.1.6.3.1.1.5.${generic + 1}`);
  });

  it('decodes every type of value', () => {
    const { content } = decoded(v2('trap'));
    expect(content).toEqual({ kind: 'trap', trapOid: linkDown, uptimeTicks: 99, varbinds: everyType });
  });

  it('takes lengths in the long form, as other agents write them', () => {
    const short = v2('trap', []);
    const body = short.subarray(2);
    const datagram = Buffer.concat([hex('30 82'), Buffer.of(0, body.length), body]);
    expect(decoded(datagram).content.trapOid).toBe(linkDown);
  });

  it('takes four bytes of a Gauge32 for a number below 2^32, whatever their first bit', () => {
    const datagram = v2('trap', [{ oid: '1.3.6', value: { type: 'octetString', value: hex('fffffffe') } }]);
    const at = datagram.lastIndexOf(Buffer.from('0404fffffffe', 'hex'));
    datagram[at] = tags.gauge32;
    expect(decoded(datagram).content.varbinds[0]?.value).toEqual({ type: 'gauge32', value: 0xfffffffe });
  });

  it('reads whatever the encoder can write', () => {
    const arcs = fc.array(fc.nat(0xffffffff), { maxLength: 20 });
    const name = fc.tuple(fc.nat(2), fc.nat(39), arcs).map(([a, b, rest]) => [a, b, ...rest].join('.'));
    const value = fc.oneof(
      fc.record({ type: fc.constant('integer' as const), value: fc.integer() }),
      fc.record({ type: fc.constant('counter32' as const), value: fc.nat(0xffffffff) }),
      fc.record({ type: fc.constant('counter64' as const), value: fc.bigInt(0n, 0xffff_ffff_ffff_ffffn) }),
      fc.record({ type: fc.constant('oid' as const), value: name }),
      fc
        .uint8Array({ maxLength: 300 })
        .map((bytes) => ({ type: 'opaque' as const, value: Buffer.from(bytes) })),
    );
    const varbinds = fc.array(fc.record({ oid: name, value }), { maxLength: 10 });
    fc.assert(
      fc.property(varbinds, fc.integer(), (wanted, requestId) => {
        const { content } = decoded(v2('inform', wanted, requestId));
        expect(content.varbinds).toEqual(wanted);
        expect(content.kind === 'inform' && content.request.requestId).toBe(requestId);
      }),
    );
  });
});

/** A v2c message with this PDU. */
const withPdu = (pdu: Buffer): Buffer => sequence(integer(1), octets('public'), pdu);
const uptime = sequence(oid('1.3.6.1.2.1.1.3.0'), integer(1, tags.timeTicks));
const trapOid = sequence(oid('1.3.6.1.6.3.1.1.4.1.0'), oid(linkDown));
const trapWith = (...varbinds: Buffer[]): Buffer =>
  withPdu(element(tags.trapV2, integer(1), integer(0), integer(0), sequence(...varbinds)));
const withValue = (value: Buffer): Buffer => trapWith(uptime, trapOid, sequence(oid('1.3.6.1.4.1.1'), value));
const v1With = (generic: number, address: Buffer): Buffer =>
  sequence(
    integer(0),
    octets('public'),
    element(
      tags.trapV1,
      ...[oid('1.3.6.1.4.1.9'), element(tags.ipAddress, address), integer(generic), integer(0)],
      ...[integer(1, tags.timeTicks), sequence()],
    ),
  );
const outer = (bytes: string): Buffer => Buffer.concat([hex(bytes), v2('trap').subarray(2)]);

test.each<[string, string, Buffer]>([
  ['an empty datagram', 'size', Buffer.alloc(0)],
  ['more than 8 KiB', 'size', withValue(octets(Buffer.alloc(8192)))],
  ['no sequence', 'tag', hex('04 02 0000')],
  ['a tag and no length', 'truncated', hex('30')],
  ['an outer length below the datagram', 'outerLength', Buffer.concat([v2('trap'), Buffer.of(0)])],
  ['an outer length of 2^32 - 1', 'outerLength', outer('30 84 ffffffff')],
  ['an indefinite length', 'lengthForm', outer('30 80')],
  ['a length in 5 bytes', 'lengthForm', outer('30 85 0000000001')],
  ['a length in 127 bytes', 'lengthForm', outer('30 ff')],
  ['an inner length of 2^31', 'truncated', withValue(hex('04 84 80000000 00'))],
  ['an inner indefinite length', 'lengthForm', withValue(hex('24 80 0000'.replace('24', '04')))],
  ['version 2', 'version', sequence(integer(2), octets('public'), nothing)],
  ['version 7', 'version', sequence(integer(7), octets('public'), nothing)],
  ['a version in 5 bytes', 'integerSize', sequence(hex('02 05 0000000001'), octets('public'))],
  ['a v1 trap as v2c', 'pduType', withPdu(element(tags.trapV1))],
  ['a v2 trap as v1', 'pduType', sequence(integer(0), octets('public'), element(tags.trapV2))],
  [
    'a GetRequest',
    'pduType',
    withPdu(element(tags.getRequest, integer(1), integer(0), integer(0), sequence())),
  ],
  ['a community of 256 bytes', 'communityLength', sequence(integer(1), octets(Buffer.alloc(256)))],
  ['an INTEGER of 5 bytes', 'integerSize', withValue(hex('02 05 0000000001'))],
  ['an empty INTEGER', 'integerSize', withValue(hex('02 00'))],
  ['a Counter32 of 5 bytes beyond 2^32', 'integerRange', withValue(hex('41 05 0100000000'))],
  ['a Counter64 of 9 bytes beyond 2^64', 'integerRange', withValue(hex('46 09 010000000000000000'))],
  ['a Counter64 of 10 bytes', 'integerSize', withValue(hex('46 0a 00000000000000000000'))],
  ['a BIT STRING', 'valueType', withValue(hex('03 02 0001'))],
  ['a constructed octet string', 'valueType', withValue(hex('24 02 0400'))],
  ['a NULL with content', 'valueSize', withValue(hex('05 01 00'))],
  ['an address of 3 bytes', 'valueSize', withValue(hex('40 03 010203'))],
  ['an empty OID', 'oid', withValue(hex('06 00'))],
  ['an OID that ends in the middle of an arc', 'oid', withValue(hex('06 02 2b 86'))],
  ['an arc beyond 2^32', 'oid', withValue(hex('06 06 2b 90 80 80 80 00'))],
  ['an arc that begins with zeros', 'oid', withValue(hex('06 03 2b 80 01'))],
  ['129 arcs', 'oid', withValue(element(tags.oid, Buffer.alloc(128, 1)))],
  ['257 varbinds', 'varbindCount', trapWith(uptime, trapOid, ...Array.from({ length: 255 }, () => uptime))],
  ['something behind a value', 'trailing', trapWith(uptime, sequence(oid('1.3'), nothing, nothing))],
  [
    'something behind the varbinds',
    'trailing',
    withPdu(element(tags.trapV2, integer(1), integer(0), integer(0), sequence(), nothing)),
  ],
  [
    'something behind the PDU',
    'trailing',
    sequence(
      integer(1),
      octets(''),
      element(tags.trapV2, integer(1), integer(0), integer(0), sequence(uptime, trapOid)),
      nothing,
    ),
  ],
  ['no trap OID', 'trapOid', trapWith(uptime)],
  ['the trap OID first', 'trapOid', trapWith(trapOid, uptime)],
  [
    'a trap OID that is a number',
    'trapOid',
    trapWith(uptime, sequence(oid('1.3.6.1.6.3.1.1.4.1.0'), integer(1))),
  ],
  ['generic trap 7', 'genericTrap', v1With(7, Buffer.of(1, 2, 3, 4))],
  ['a negative generic trap', 'genericTrap', v1With(-1, Buffer.of(1, 2, 3, 4))],
  ['an agent address of 16 bytes', 'valueSize', v1With(0, Buffer.alloc(16))],
])('refuses %s: %s', (_what, failure, datagram) => {
  expect(failureOf(datagram)).toBe(failure);
});

it('takes exactly 8 KiB, 256 varbinds and 128 arcs', () => {
  const filled = (bytes: number) => withValue(octets(Buffer.alloc(bytes)));
  const over = filled(8192).length - 8192;
  expect(filled(8192 - over)).toHaveLength(8192);
  expect(failureOf(filled(8192 - over))).toBe('decoded');
  expect(failureOf(filled(8193 - over))).toBe('size');
  expect(failureOf(trapWith(uptime, trapOid, ...Array.from({ length: 254 }, () => uptime)))).toBe('decoded');
  expect(failureOf(withValue(element(tags.oid, Buffer.alloc(127, 1))))).toBe('decoded');
});

test.each([
  ['a PET', petTrap()],
  ['a v2c trap', v2('trap')],
  ['a v2c inform', v2('inform')],
])('refuses %s cut at every byte', (_what, whole) => {
  for (let length = 0; length < whole.length; length += 1) {
    expect(failureOf(whole.subarray(0, length)), `${length} bytes`).not.toBe('decoded');
  }
});

it('refuses a cut message also where its outer length was mended', () => {
  const whole = v2('inform', []);
  for (let length = 2; length < whole.length; length += 1) {
    const cut = Buffer.from(whole.subarray(0, length));
    cut[1] = length - 2;
    expect(failureOf(cut), `${length} bytes`).not.toBe('decoded');
  }
});

it('refuses 2,000 sequences inside one another, without recursing', () => {
  let nested = nothing;
  for (let depth = 0; depth < 2_000; depth += 1) nested = sequence(nested);
  expect(failureOf(nested)).toBe('tag');
  expect(failureOf(withValue(nested.subarray(0, 4_000)))).toMatch(/truncated|valueType/);
});

it('gives a message or a code of the closed set for any bytes, and never throws', () => {
  const samples = [petTrap(), v2('trap'), v2('inform')];
  const mutated = fc
    .tuple(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }))
    .map(([sample, changes]) => {
      const copy = Buffer.from(sample);
      for (const [at, byte] of changes) copy[at % copy.length] = byte;
      return copy;
    });
  const anything = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(mutated, anything), (datagram) => {
      const message = decodeMessage(datagram);
      return message.ok || trapRefusals.includes(message.failure);
    }),
    { numRuns: 20_000 },
  );
});

it('answers an inform with its own number and varbinds', () => {
  const message = decoded(v2('inform', everyType, -5));
  if (message.content.kind !== 'inform') throw new Error('it is a trap');
  const answer = answerTo(message, message.content.request);
  const expected = v2('inform', everyType, -5);
  expected[expected.indexOf(tags.inform)] = tags.response;
  expect(answer.equals(expected)).toBe(true);
});
