import { createCipheriv } from 'node:crypto';
import { element, integer, octets, sequence } from '../../../src/snmp-trap/codec/ber-writer.ts';
import { tags } from '../../../src/snmp-trap/codec/tags.ts';
import {
  type AuthProtocol,
  authProtocols,
  digestOf,
  keyOfPassphrase,
  localizedKey,
} from '../../../src/snmp-trap/codec/usm.ts';

/** A user of SNMPv3 from the sender's side. */
export interface V3Account {
  readonly user: string;
  readonly protocol: AuthProtocol;
  readonly authPassphrase: string;
  /** AES-128; without it messages go in the clear. */
  readonly privPassphrase?: string;
}

export interface V3Envelope {
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
  readonly msgId: number;
  readonly reportable?: boolean;
  /** Bytes of an SNMPv2-Trap or InformRequest PDU. */
  readonly pdu: Buffer;
}

const keys = new Map<string, Buffer>();

const keyAt = (protocol: AuthProtocol, passphrase: string, engineId: Buffer): Buffer => {
  const name = `${protocol} ${passphrase}`;
  const key = keys.get(name) ?? keyOfPassphrase(protocol, Buffer.from(passphrase));
  keys.set(name, key);
  return localizedKey(protocol, key, engineId);
};

/** AES-128-CFB with boots, time and salt as its start (RFC 3826 section 3.1.2.1). */
const encrypted = (key: Buffer, salt: Buffer, { boots, time }: V3Envelope, plain: Buffer): Buffer => {
  const start = Buffer.alloc(16);
  start.writeUInt32BE(boots, 0);
  start.writeUInt32BE(time, 4);
  salt.copy(start, 8);
  const cipher = createCipheriv('aes-128-cfb', key.subarray(0, 16), start);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
};

/** A v3 message as an agent would send it; written for tests, which need ones no proper agent sends. */
export const v3Message = (account: V3Account, envelope: V3Envelope): Buffer => {
  const { engineId, boots, time, msgId, pdu, reportable } = envelope;
  const { user, protocol, authPassphrase, privPassphrase } = account;
  const key = keyAt(protocol, authPassphrase, engineId);
  const flags = 1 + (privPassphrase === undefined ? 0 : 2) + (reportable ? 4 : 0);
  const header = sequence(integer(msgId), integer(65_507), octets(Buffer.of(flags)), integer(3));
  const scoped = sequence(octets(engineId), octets(''), pdu);
  const salt = Buffer.alloc(privPassphrase === undefined ? 0 : 8);
  if (salt.length > 0) salt.writeUInt32BE(msgId, 4);
  const content =
    privPassphrase === undefined
      ? scoped
      : octets(encrypted(keyAt(protocol, privPassphrase, engineId), salt, envelope, scoped));
  const whole = (digest: Buffer) => {
    const security = sequence(
      ...[octets(engineId), integer(boots), integer(time), octets(user), octets(digest), octets(salt)],
    );
    return sequence(integer(3), header, octets(security), content);
  };
  return whole(digestOf(protocol, key, whole(Buffer.alloc(authProtocols[protocol].digestBytes))));
};

/** The question for an engine id that opens every conversation (RFC 3414 section 4). */
export const discovery = (msgId: number): Buffer => {
  const header = sequence(integer(msgId), integer(65_507), octets(Buffer.of(4)), integer(3));
  const security = sequence(octets(''), integer(0), integer(0), octets(''), octets(''), octets(''));
  const pdu = element(tags.getRequest, integer(msgId), integer(0), integer(0), sequence());
  return sequence(integer(3), header, octets(security), sequence(octets(''), octets(''), pdu));
};
