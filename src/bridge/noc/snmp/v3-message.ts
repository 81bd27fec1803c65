import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { BerReader } from '../../../snmp-trap/codec/ber-reader.ts';
import { element, integer, octets, sequence } from '../../../snmp-trap/codec/ber-writer.ts';
import { decodeMessage } from '../../../snmp-trap/codec/message.ts';
import { mostDatagramBytes, tags } from '../../../snmp-trap/codec/tags.ts';
import { authProtocols, digestOf, isAuthentic } from '../../../snmp-trap/codec/usm.ts';
import { privacyProtocols, type UsmKeys } from './usm-user.ts';

/** The authoritative engine of a message: ours for a trap, the receiver's for an inform (RFC 3412 section 6). */
export interface Engine {
  readonly id: Buffer;
  readonly boots: number;
  readonly time: number;
}

export interface V3Content {
  readonly msgId: number;
  /** The receiver may answer with a Report: informs and discoveries. */
  readonly reportable: boolean;
  readonly engine: Engine;
  /** Ours: of the engine that the content is from. */
  readonly contextEngineId: Buffer;
  readonly pdu: Buffer;
}

const version = 3;
const usm = 3;
const flags = { auth: 1, priv: 2, reportable: 4 } as const;

const header = (msgId: number, bits: number): Buffer =>
  sequence(integer(msgId), integer(mostDatagramBytes), octets(Buffer.of(bits)), integer(usm));

const security = ({ id, boots, time }: Engine, user: string, digest: Buffer, salt: Buffer): Buffer =>
  octets(sequence(octets(id), integer(boots), integer(time), octets(user), octets(digest), octets(salt)));

/** RFC 3826 section 3.1.2.1: the engine's boots and time, then the salt. */
const initialVector = ({ boots, time }: Omit<Engine, 'id'>, salt: Buffer): Buffer => {
  const vector = Buffer.alloc(16);
  vector.writeUInt32BE(boots, 0);
  vector.writeUInt32BE(time, 4);
  salt.copy(vector, 8);
  return vector;
};

const saltBytes = 8;

/** Encodes an authenticated message, encrypted where the user has a key for that. */
export const encodeV3 = (content: V3Content, keys: UsmKeys): Buffer => {
  const { msgId, reportable, engine, contextEngineId, pdu } = content;
  const { privacy, authProtocol, authKey, user } = keys;
  const scoped = sequence(octets(contextEngineId), octets(''), pdu);
  const salt = privacy ? randomBytes(saltBytes) : Buffer.alloc(0);
  const bits = flags.auth | (privacy ? flags.priv : 0) | (reportable ? flags.reportable : 0);
  const encrypt = ({ protocol, key }: NonNullable<UsmKeys['privacy']>): Buffer => {
    const cipher = createCipheriv(privacyProtocols[protocol].cipher, key, initialVector(engine, salt));
    return octets(Buffer.concat([cipher.update(scoped), cipher.final()]));
  };
  const body = privacy ? encrypt(privacy) : scoped;
  const whole = (digest: Buffer): Buffer =>
    sequence(integer(version), header(msgId, bits), security(engine, user, digest, salt), body);
  const blank = Buffer.alloc(authProtocols[authProtocol].digestBytes);
  return whole(digestOf(authProtocol, authKey, whole(blank)));
};

const nobody: Engine = { id: Buffer.alloc(0), boots: 0, time: 0 };

/** Asks who is there (RFC 3414 section 4): the Report that answers names the receiver's engine. */
export const encodeDiscovery = (msgId: number): Buffer => {
  const none = Buffer.alloc(0);
  const pdu = element(tags.getRequest, integer(msgId), integer(0), integer(0), sequence());
  const scoped = sequence(octets(none), octets(none), pdu);
  return sequence(
    integer(version),
    header(msgId, flags.reportable),
    security(nobody, '', none, none),
    scoped,
  );
};

/** What came back: a PDU, and from which engine. */
export interface V3Reply {
  readonly msgId: number;
  readonly engine: Engine;
  /** Whether it is signed with our key at that engine. */
  readonly authentic: boolean;
  /** The PDU's element; undefined where it is encrypted and does not open. */
  readonly pdu?: Buffer;
}

/** The salt and what follows the security parameters, of a message that is known to be well-formed. */
const bodyOf = (datagram: Buffer): { salt: Buffer; body: Buffer; encrypted: boolean } => {
  const reader = new BerReader(datagram);
  reader.open(tags.sequence);
  reader.integer(tags.integer);
  reader.skip(reader.enter(tags.sequence));
  const wrapper = reader.enter(tags.octetString);
  const inner = reader.enter(tags.sequence);
  reader.octets(tags.octetString, mostDatagramBytes);
  reader.integer(tags.integer);
  reader.integer(tags.integer);
  for (let field = 0; field < 2; field += 1) reader.octets(tags.octetString, mostDatagramBytes);
  const salt = reader.octets(tags.octetString, mostDatagramBytes);
  reader.leave(inner);
  reader.leave(wrapper);
  const encrypted = reader.tag === tags.octetString;
  if (encrypted) return { salt, body: reader.octets(tags.octetString, mostDatagramBytes), encrypted };
  const from = reader.offset;
  reader.skip(reader.enter(tags.sequence));
  return { salt, body: reader.since(from), encrypted };
};

/** The PDU in a ScopedPDU; undefined where that is none. */
const pduIn = (scoped: Buffer): Buffer | undefined => {
  const reader = new BerReader(scoped);
  reader.enter(tags.sequence);
  reader.octets(tags.octetString, mostDatagramBytes);
  reader.octets(tags.octetString, mostDatagramBytes);
  const from = reader.offset;
  reader.skip(reader.enter(reader.tag ?? 0));
  return reader.fault === undefined ? reader.since(from) : undefined;
};

const decrypted = (body: Buffer, salt: Buffer, engine: Engine, keys: UsmKeys): Buffer | undefined => {
  if (!keys.privacy || salt.length !== saltBytes) return undefined;
  const { protocol, key } = keys.privacy;
  const decipher = createDecipheriv(privacyProtocols[protocol].cipher, key, initialVector(engine, salt));
  return Buffer.concat([decipher.update(body), decipher.final()]);
};

/** A v3 message that came back, or undefined where it is none. Never throws. */
export const decodeV3 = (datagram: Buffer, keysAt: (engineId: Buffer) => UsmKeys): V3Reply | undefined => {
  const message = decodeMessage(datagram);
  if (!message.ok || message.value.version !== 'v3') return undefined;
  const { msgId, engineId, engineBoots, engineTime, level } = message.value;
  const engine: Engine = { id: engineId, boots: engineBoots, time: engineTime };
  const keys = keysAt(engineId);
  const authentic =
    level !== 'noAuthNoPriv' && isAuthentic(keys.authProtocol, keys.authKey, datagram, message.value);
  const { salt, body, encrypted } = bodyOf(datagram);
  const scoped = encrypted ? authentic && decrypted(body, salt, engine, keys) : body;
  const pdu = scoped ? pduIn(scoped) : undefined;
  return { msgId, engine, authentic, ...(pdu && { pdu }) };
};
