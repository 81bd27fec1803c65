import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CipherSuite, Hash } from './cipher-suites.ts';

/** Everything both sides of a RAKP exchange hash over, IPMI 2.0 sections 13.28 to 13.32. */
export interface RakpContext {
  readonly suite: CipherSuite;
  readonly consoleSessionId: number;
  readonly bmcSessionId: number;
  readonly consoleRandom: Buffer;
  readonly bmcRandom: Buffer;
  readonly bmcGuid: Buffer;
  /** The role byte exactly as RAKP 1 carried it (bit 4: look the user up by name only). */
  readonly role: number;
  readonly userName: Buffer;
}

/** Keys of an open session: K1 checks packets, K2 encrypts them. */
export interface SessionKeys {
  readonly integrityKey: Buffer;
  readonly encryptionKey: Buffer;
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const hmac = (hash: Hash | undefined, key: Buffer, parts: readonly Buffer[]): Buffer => {
  if (!hash) return Buffer.alloc(0);
  const mac = createHmac(hash, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

const roleAndName = (context: RakpContext): Buffer =>
  Buffer.concat([Buffer.from([context.role, context.userName.length]), context.userName]);

/** The BMC's code in RAKP 2, keyed with the user's password (13.28.1). */
export const rakp2Code = (context: RakpContext, password: Buffer): Buffer =>
  hmac(context.suite.authentication.hash, password, [
    uint32(context.consoleSessionId),
    uint32(context.bmcSessionId),
    context.consoleRandom,
    context.bmcRandom,
    context.bmcGuid,
    roleAndName(context),
  ]);

/** The console's code in RAKP 3, keyed with the user's password (13.28.1). */
export const rakp3Code = (context: RakpContext, password: Buffer): Buffer =>
  hmac(context.suite.authentication.hash, password, [
    context.bmcRandom,
    uint32(context.consoleSessionId),
    roleAndName(context),
  ]);

/** The session integrity key, keyed with K_g, or with the password where no K_g is set (13.31). */
export const sessionIntegrityKey = (context: RakpContext, kgOrPassword: Buffer): Buffer =>
  hmac(context.suite.authentication.hash, kgOrPassword, [
    context.consoleRandom,
    context.bmcRandom,
    roleAndName(context),
  ]);

/** The check value of RAKP 4, cut to the length of the *authentication* algorithm (13.28.1). */
export const rakp4Code = (context: RakpContext, sik: Buffer): Buffer =>
  hmac(context.suite.authentication.hash, sik, [
    context.consoleRandom,
    uint32(context.bmcSessionId),
    context.bmcGuid,
  ]).subarray(0, context.suite.authentication.codeLength);

/** K1 and K2 out of the session integrity key (13.32). */
export const sessionKeys = (suite: CipherSuite, sik: Buffer): SessionKeys => ({
  integrityKey: hmac(suite.authentication.hash, sik, [Buffer.alloc(20, 1)]),
  encryptionKey: hmac(suite.authentication.hash, sik, [Buffer.alloc(20, 2)]).subarray(0, 16),
});

/** Compares two codes in constant time; lengths that differ are unequal. */
export const sameCode = (expected: Buffer, received: Buffer): boolean =>
  expected.length === received.length && timingSafeEqual(expected, received);
