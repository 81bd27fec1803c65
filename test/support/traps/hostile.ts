import type { Random } from '../../../src/sim/random.ts';
import { element, integer, nothing, octets, oid, sequence } from '../../../src/snmp-trap/codec/ber-writer.ts';
import { encodeV1, encodeV2 } from '../../../src/snmp-trap/codec/notification-encoder.ts';
import { tags } from '../../../src/snmp-trap/codec/tags.ts';
import { flippedBits } from '../proof/mutations.ts';
import { discovery, type V3Account, v3Message } from './v3-sender.ts';

/** Datagrams that a hostile network could send to a trap receiver. */

const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const randomBytes = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => below(random, 256)));

const linkDown = '1.3.6.1.6.3.1.1.5.3';
const marker = '1.3.6.1.4.1.32473.1';
/** Behind this a marker is a good trap, and nothing that is made here can look like one by a slip. */
export const goodText = 'every good trap arrives';

const v2 = (kind: 'trap' | 'inform', index: number, text: string): Buffer =>
  encodeV2({
    ...{ kind, community: 'public', requestId: index, uptimeTicks: 1, trapOid: linkDown },
    varbinds: [
      { oid: marker, value: { type: 'integer', value: index } },
      { oid: `${marker}.1`, value: { type: 'octetString', value: Buffer.from(text) } },
    ],
  });

const pduOf = (message: Buffer, tag: number): Buffer => message.subarray(message.indexOf(tag));

const agentId = Buffer.from('80001f8880b0b0b0b0', 'hex');

const v3Trap = (account: V3Account, index: number, text: string): Buffer =>
  v3Message(account, {
    ...{ engineId: agentId, boots: 1, time: 1_000 + Math.floor(index / 1_000), msgId: index + 1 },
    pdu: pduOf(v2('trap', index, text), tags.trapV2),
  });

/** The good trap of this number; its form goes round. */
export const goodTrap = (account: V3Account, index: number): Buffer => {
  if (index % 4 === 3) return v3Trap(account, index, goodText);
  return v2(index % 4 === 2 ? 'inform' : 'trap', index, goodText);
};

const pet = encodeV1({
  ...{ community: 'public', enterprise: '1.3.6.1.4.1.3183.1.1', agentAddress: '192.0.2.1' },
  ...{ generic: 6, specific: 356_224, uptimeTicks: 5 },
  varbinds: [{ oid: '1.3.6.1.4.1.3183.1.1.1', value: { type: 'octetString', value: Buffer.alloc(47, 7) } }],
});

const v3Bare = (header: Buffer, user: string, engineId: Buffer, pdu: Buffer): Buffer => {
  const security = sequence(
    ...[octets(engineId), integer(0), integer(0), octets(user), octets(''), octets('')],
  );
  return sequence(integer(3), header, octets(security), sequence(octets(''), octets(''), pdu));
};

const v3Header = (msgId: Buffer, flags: number): Buffer =>
  sequence(msgId, integer(65_507), octets(Buffer.of(flags)), integer(3));

const bitString = sequence(oid(marker), Buffer.from('03020001', 'hex'));
const informWith = (...parts: Buffer[]): Buffer => element(tags.inform, ...parts);
const badInforms: readonly Buffer[] = [
  informWith(integer(1), integer(0), integer(0), sequence(bitString)),
  informWith(Buffer.from('02050100000000', 'hex'), integer(0), integer(0), sequence()),
  informWith(integer(1), integer(0), integer(0), sequence(sequence(oid(marker), Buffer.from('0600', 'hex')))),
  informWith(
    integer(1),
    integer(0),
    integer(0),
    sequence(sequence(oid(marker), Buffer.from('047f41', 'hex'))),
  ),
  informWith(
    integer(1),
    integer(0),
    integer(0),
    sequence(sequence(oid(marker), Buffer.from('46847fffffff', 'hex'))),
  ),
];

const nested = (depth: number): Buffer => {
  let inner: Buffer = nothing;
  for (let level = 0; level < depth; level += 1) inner = sequence(inner);
  return inner;
};
const deep = [10, 100, 1_500].map(nested);

const lengthForms = ['8480000000', '84ffffffff', '80', '85ffffffffff', 'ff', '82ffff'].map((text) =>
  Buffer.from(text, 'hex'),
);

type Make = (random: Random, index: number) => Buffer;

/** Every kind of hostility that the receiver must withstand; `account` is a user it knows, without its key's secret. */
export const hostileTraps = (account: V3Account): Make => {
  const real = [pet, v2('trap', 1, 'a'), v2('inform', 2, 'b'), v3Trap(account, 0, 'c')];
  const captured = v3Trap(account, 1, 'replayed');
  const one = (random: Random): Buffer => real[below(random, real.length)] as Buffer;
  const makes: readonly Make[] = [
    (random) => flippedBits(one(random), pet, random),
    (random) => flippedBits(one(random), pet, random),
    // Truncation at every byte, one after the other; then the same with the outer length mended.
    (random, index) => {
      const whole = one(random);
      return whole.subarray(0, index % whole.length);
    },
    (random, index) => {
      const whole = Buffer.from(one(random));
      const cut = whole.subarray(0, 2 + (index % Math.min(126, whole.length - 2)));
      cut[1] = cut.length - 2;
      return cut;
    },
    (random) => deep[below(random, deep.length)] as Buffer,
    (random) => {
      const whole = one(random);
      const at = 1 + below(random, whole.length - 1);
      return Buffer.concat([
        whole.subarray(0, at),
        lengthForms[below(random, lengthForms.length)] as Buffer,
        whole.subarray(at + 1),
      ]);
    },
    (random) => randomBytes(random, below(random, 200)),
    (_random, index) => discovery(index & 0x7fffffff),
    () => v3Bare(v3Header(integer(1), 4), '', Buffer.alloc(0), badInforms[0] as Buffer),
    () => v3Bare(v3Header(integer(1), 0), '', agentId, pduOf(real[1] as Buffer, tags.trapV2)),
    () => v3Bare(v3Header(Buffer.from('02050100000000', 'hex'), 4), 'x', agentId, informWith(integer(1))),
    () => captured,
    (random) =>
      v3Message(
        { ...account, authPassphrase: 'not the passphrase' },
        {
          ...{ engineId: randomBytes(random, 12), boots: 1, time: 1, msgId: below(random, 1e9) },
          pdu: pduOf(real[1] as Buffer, tags.trapV2),
        },
      ),
    (random) =>
      sequence(integer(1), octets('public'), badInforms[below(random, badInforms.length)] as Buffer),
    (random) => sequence(integer(below(random, 9)), octets('public'), element(tags.trapV1)),
    (random) => (random() < 0.02 ? Buffer.concat([pet, Buffer.alloc(60_000)]) : pet.subarray(0, 30)),
  ];
  return (random, index) => (makes[below(random, makes.length)] as Make)(random, index);
};
