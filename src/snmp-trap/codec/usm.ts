import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { V3Message } from './v3-message.ts';

/** Authentication protocols: HMAC-SHA-96 (RFC 3414 section 7) and the SHA-2 family (RFC 7860). No MD5. */
export const authProtocols = {
  sha1: { hash: 'sha1', digestBytes: 12 },
  sha224: { hash: 'sha224', digestBytes: 16 },
  sha256: { hash: 'sha256', digestBytes: 24 },
  sha384: { hash: 'sha384', digestBytes: 32 },
  sha512: { hash: 'sha512', digestBytes: 48 },
} as const;

export type AuthProtocol = keyof typeof authProtocols;

const expandedBytes = 1024 * 1024;

/** The key of a passphrase at every engine (RFC 3414 A.2.2, step 1). It hashes a megabyte: keep the result. */
export const keyOfPassphrase = (protocol: AuthProtocol, passphrase: Buffer): Buffer =>
  createHash(authProtocols[protocol].hash).update(Buffer.alloc(expandedBytes, passphrase)).digest();

/** The key at one engine (RFC 3414 A.2.2, step 2). */
export const localizedKey = (protocol: AuthProtocol, key: Buffer, engineId: Buffer): Buffer =>
  createHash(authProtocols[protocol].hash).update(key).update(engineId).update(key).digest();

/** The digest of a whole message in which the digest's own place is zero. */
export const digestOf = (protocol: AuthProtocol, key: Buffer, message: Buffer): Buffer => {
  const { hash, digestBytes } = authProtocols[protocol];
  return createHmac(hash, key).update(message).digest().subarray(0, digestBytes);
};

/** Whether whoever wrote the datagram knew the key (RFC 3414 section 6.3.2). In constant time. */
export const isAuthentic = (
  protocol: AuthProtocol,
  key: Buffer,
  datagram: Buffer,
  { digest, digestOffset }: Pick<V3Message, 'digest' | 'digestOffset'>,
): boolean => {
  if (digest.length !== authProtocols[protocol].digestBytes) return false;
  const blank = Buffer.from(datagram);
  blank.fill(0, digestOffset, digestOffset + digest.length);
  return timingSafeEqual(digestOf(protocol, key, blank), digest);
};
