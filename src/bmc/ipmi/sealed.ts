import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { fail, ok } from '../../core/result.ts';
import type { CipherSuite } from './cipher-suites.ts';
import { type Decoded, tooShort } from './decoded.ts';
import { encodeRmcpPlus, type RmcpPlusPacket } from './packet.ts';
import { type SessionKeys, sameCode } from './rakp-crypto.ts';
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
  const pad = Buffer.from([...Array.from({ length: padLength }, (_, index) => index + 1), padLength]);
  const iv = randomBytes(aesBlock);
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([iv, cipher.update(plain), cipher.update(pad), cipher.final()]);
};

/** Only the pad's length is believed: BMCs exist whose pad bytes are not the ones of the specification. */
const decrypt = (key: Buffer, sealed: Buffer): Decoded<Buffer> => {
  if (sealed.length < 2 * aesBlock) return tooShort;
  if (sealed.length % aesBlock !== 0) return fail('badLength');
  const decipher = createDecipheriv('aes-128-cbc', key, sealed.subarray(0, aesBlock)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(sealed.subarray(aesBlock)), decipher.final()]);
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

/** A payload as a datagram of the session: encrypted, padded and signed as the suite asks. */
export const seal = (
  protection: Protection,
  packet: { payloadType: number; sessionId: number; sequence: number; payload: Buffer },
): Buffer => {
  const { suite, keys } = protection;
  const encrypted = suite.confidentiality !== 'none';
  const authenticated = suite.integrity.hash !== undefined;
  const payload = encrypted ? encrypt(keys.encryptionKey, packet.payload) : packet.payload;
  const unsigned = encodeRmcpPlus({ ...packet, payload, encrypted, authenticated, trailer: noTrailer });
  if (!authenticated) return unsigned;
  const padLength = (4 - ((unsigned.length - rmcpHeaderLength + 2) % 4)) % 4;
  const pad = Buffer.alloc(padLength, integrityPadByte);
  const covered = Buffer.concat([unsigned, pad, Buffer.from([padLength, nextHeader])]);
  return Buffer.concat([covered, integrityCode(protection, covered.subarray(rmcpHeaderLength))]);
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
