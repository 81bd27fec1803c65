import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { fail, ok } from '../../core/result.ts';
import type { CipherSuite } from './cipher-suites.ts';
import { type Decoded, tooShort } from './decoded.ts';
import { encodeRmcpPlus, type RmcpPlusPacket, rmcpPlusPayloadOffset } from './packet.ts';
import { type SessionKeys, sameCode } from './rakp-crypto.ts';
import { takeRandom } from './random-pool.ts';
import { rmcpHeaderLength } from './rmcp.ts';

/** What protects the packets of one open session. */
export interface Protection {
  readonly suite: CipherSuite;
  readonly keys: SessionKeys;
}

const nextHeader = 0x07;
const integrityPadByte = 0xff;
const aesBlock = 16;
const noTrailer = Buffer.alloc(0);

/** AES-CBC-128 with a random IV in front and the pad 01h 02h ... + pad length behind, section 13.29. */
const encrypt = (key: Buffer, plain: Buffer): Buffer => {
  const padLength = (aesBlock - ((plain.length + 1) % aesBlock)) % aesBlock;
  const padded = Buffer.allocUnsafe(plain.length + padLength + 1);
  plain.copy(padded);
  for (let index = 1; index <= padLength; index += 1) padded[plain.length + index - 1] = index;
  padded[padded.length - 1] = padLength;
  const iv = takeRandom(aesBlock);
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  // Whole blocks in one go: `final` has nothing left to give.
  return Buffer.concat([iv, cipher.update(padded)]);
};

/** Only the pad's length is believed: BMCs exist whose pad bytes are not the ones of the specification. */
const decrypt = (key: Buffer, sealed: Buffer): Decoded<Buffer> => {
  if (sealed.length < 2 * aesBlock) return tooShort;
  if (sealed.length % aesBlock !== 0) return fail('badLength');
  const decipher = createDecipheriv('aes-128-cbc', key, sealed.subarray(0, aesBlock)).setAutoPadding(false);
  const padded = decipher.update(sealed.subarray(aesBlock));
  const padLength = padded[padded.length - 1] as number;
  if (padLength >= padded.length) return fail('badPadding');
  return ok(padded.subarray(0, padded.length - 1 - padLength));
};

const integrityCode = ({ suite, keys }: Protection, covered: Buffer): Buffer =>
  suite.integrity.hash
    ? createHmac(suite.integrity.hash, keys.integrityKey)
        .update(covered)
        .digest()
        .subarray(0, suite.integrity.codeLength)
    : noTrailer;

/** Pad bytes, pad length and next header, with room for the code behind them (13.6). */
const trailerFor = (payloadLength: number, codeLength: number): Buffer => {
  const padLength = (4 - ((rmcpPlusPayloadOffset - rmcpHeaderLength + payloadLength + 2) % 4)) % 4;
  const trailer = Buffer.alloc(padLength + 2 + codeLength, integrityPadByte);
  trailer[padLength] = padLength;
  trailer[padLength + 1] = nextHeader;
  return trailer;
};

/** A payload as a datagram of the session: encrypted, padded and signed as the suite asks. */
export const seal = (
  protection: Protection,
  packet: { payloadType: number; sessionId: number; sequence: number; payload: Buffer },
): Buffer => {
  const { suite, keys } = protection;
  const encrypted = suite.confidentiality !== 'none';
  const authenticated = suite.integrity.hash !== undefined;
  const { codeLength } = suite.integrity;
  const payload = encrypted ? encrypt(keys.encryptionKey, packet.payload) : packet.payload;
  const datagram = encodeRmcpPlus({
    payloadType: packet.payloadType,
    sessionId: packet.sessionId,
    sequence: packet.sequence,
    payload,
    encrypted,
    authenticated,
    trailer: authenticated ? trailerFor(payload.length, codeLength) : noTrailer,
  });
  if (!authenticated) return datagram;
  const codeOffset = datagram.length - codeLength;
  integrityCode(protection, datagram.subarray(rmcpHeaderLength, codeOffset)).copy(datagram, codeOffset);
  return datagram;
};

/**
 * The payload of a datagram of the session, once its signature is checked. A packet that is less
 * protected than the session agreed is `badValue`: it does not come from the BMC.
 */
export const unseal = (protection: Protection, datagram: Buffer, packet: RmcpPlusPacket): Decoded<Buffer> => {
  const { suite, keys } = protection;
  const { codeLength, hash } = suite.integrity;
  if (packet.authenticated !== (hash !== undefined)) return fail('badValue');
  if (packet.encrypted !== (suite.confidentiality !== 'none')) return fail('badValue');
  if (hash) {
    if (packet.trailer.length < 2 + codeLength) return tooShort;
    const covered = datagram.subarray(rmcpHeaderLength, datagram.length - codeLength);
    const received = datagram.subarray(datagram.length - codeLength);
    if (!sameCode(integrityCode(protection, covered), received)) return fail('badChecksum');
  }
  return packet.encrypted ? decrypt(keys.encryptionKey, packet.payload) : ok(packet.payload);
};
