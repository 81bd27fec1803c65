import type { BerReader } from './ber-reader.ts';
import { mostDatagramBytes, tags } from './tags.ts';

/** The header of an SNMPv3 message (RFC 3412 section 6, RFC 3414 section 2.4): nothing in it is proved yet. */
export interface V3Message {
  readonly version: 'v3';
  readonly msgId: number;
  readonly level: 'noAuthNoPriv' | 'authNoPriv' | 'authPriv';
  /** The sender can take a Report. */
  readonly reportable: boolean;
  /** Of the authoritative engine: the sender's for a trap, ours for an inform, empty in a discovery. */
  readonly engineId: Buffer;
  readonly engineBoots: number;
  readonly engineTime: number;
  /** msgUserName; bytes as latin1, so that none is lost. */
  readonly user: string;
  /** The digest, and where in the datagram it stands: it is zero while it is computed. */
  readonly digest: Buffer;
  readonly digestOffset: number;
  /** Of a PDU that is not encrypted; 0 where there is none to read. */
  readonly requestId: number;
}

/** RFC 3411 section 5: SnmpEngineID has 5 to 32 bytes. */
const leastEngineIdBytes = 5;
const mostEngineIdBytes = 32;
/** RFC 3411 section 5: SnmpAdminString of 32 bytes at most for a user name. */
const mostUserBytes = 32;
/** HMAC-SHA-512-384 (RFC 7860). */
const mostDigestBytes = 48;
const saltBytes = 8;
/** RFC 3412 section 6: a message size below this is no message size. */
const leastMessageSize = 484;
const usm = 3;
const flagsByLevel = { noAuthNoPriv: 0, authNoPriv: 1, authPriv: 3 } as const;
const reportableFlag = 4;

const levelOf = (flags: number): V3Message['level'] | undefined => {
  const levels = Object.keys(flagsByLevel) as V3Message['level'][];
  return levels.find((level) => flagsByLevel[level] === (flags & ~reportableFlag));
};

/** msgGlobalData; privacy without authentication and unknown flags are refused (RFC 3412 section 7.2). */
const readGlobalData = (reader: BerReader): Pick<V3Message, 'msgId' | 'level' | 'reportable'> | undefined => {
  const outer = reader.enter(tags.sequence);
  const msgId = reader.integer(tags.integer);
  const messageSize = reader.integer(tags.integer);
  const [flags] = reader.octets(tags.octetString, 1);
  const model = reader.integer(tags.integer);
  reader.leave(outer);
  const level = flags === undefined ? undefined : levelOf(flags);
  if (
    msgId < 0 ||
    messageSize < leastMessageSize ||
    model !== usm ||
    level === undefined ||
    flags === undefined
  ) {
    reader.fail('v3Header');
    return undefined;
  }
  return { msgId, level, reportable: (flags & reportableFlag) !== 0 };
};

type SecurityParameters = Pick<
  V3Message,
  'engineId' | 'engineBoots' | 'engineTime' | 'user' | 'digest' | 'digestOffset'
>;

const readSecurity = (reader: BerReader): SecurityParameters => {
  const wrapper = reader.enter(tags.octetString);
  const outer = reader.enter(tags.sequence);
  const engineId = reader.octets(tags.octetString, mostEngineIdBytes, 'v3Header');
  const engineBoots = reader.integer(tags.integer);
  const engineTime = reader.integer(tags.integer);
  const user = reader.octets(tags.octetString, mostUserBytes, 'v3Header').toString('latin1');
  const digest = reader.octets(tags.octetString, mostDigestBytes, 'v3Header');
  const digestOffset = reader.offset - digest.length;
  const salt = reader.octets(tags.octetString, saltBytes, 'v3Header');
  reader.leave(outer);
  reader.leave(wrapper);
  const badEngine = engineId.length > 0 && engineId.length < leastEngineIdBytes;
  const badSalt = salt.length !== 0 && salt.length !== saltBytes;
  if (engineBoots < 0 || engineTime < 0 || badEngine || badSalt) reader.fail('v3Header');
  return { engineId, engineBoots, engineTime, user, digest, digestOffset };
};

/** A ScopedPDU in the clear: where it is a GetRequest its number is wanted for a Report, what else it says is not. */
const readScopedPdu = (reader: BerReader): number => {
  const outer = reader.enter(tags.sequence);
  reader.octets(tags.octetString, mostEngineIdBytes, 'v3Header');
  reader.octets(tags.octetString, mostDatagramBytes);
  const pdu = reader.enter(reader.tag ?? tags.getRequest);
  const requestId = reader.integer(tags.integer);
  reader.skip(pdu);
  reader.leave(outer);
  return requestId;
};

/** What follows the version field of a v3 message; undefined where the reader has a fault. */
export const readV3Message = (reader: BerReader): V3Message | undefined => {
  const global = readGlobalData(reader);
  const security = readSecurity(reader);
  if (global?.level === 'authPriv') reader.octets(tags.octetString, mostDatagramBytes);
  const requestId = global?.level === 'authPriv' ? 0 : readScopedPdu(reader);
  if (reader.fault !== undefined || global === undefined) return undefined;
  return { version: 'v3', ...global, ...security, requestId };
};
