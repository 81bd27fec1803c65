import type { Secret } from '../core/secret.ts';
import { type AuthProtocol, keyOfPassphrase, localizedKey } from './codec/usm.ts';

/** `aes256` takes its key by the Blumenthal draft, `aes256c` as Cisco does (Reeder draft). */
export type PrivacyProtocol = 'aes128' | 'aes256' | 'aes256c';

/** One user of SNMPv3, as configured. */
export interface TrapUser {
  readonly name: string;
  readonly auth: { readonly protocol: AuthProtocol; readonly passphrase: Secret };
  /** Without it the user's traps come in the clear (authNoPriv). */
  readonly privacy?: { readonly protocol: PrivacyProtocol; readonly passphrase: Secret };
  /** Engines (lower-case hex) this user may send from; any that knows the key, where there are none. */
  readonly engineIds: readonly string[];
}

/** A user with its keys at hand. */
export interface KeyedUser {
  readonly user: TrapUser;
  /** Its key at an engine. A key that proved itself is kept by {@link keep}: others cost a few hashes each time. */
  keyAt(engineId: Buffer): Buffer;
  keep(engineId: Buffer, key: Buffer): void;
}

const keyUser = (user: TrapUser): KeyedUser => {
  const { protocol, passphrase } = user.auth;
  const key = keyOfPassphrase(protocol, passphrase.reveal());
  const proven = new Map<string, Buffer>();
  return {
    user,
    keyAt: (engineId) => proven.get(engineId.toString('hex')) ?? localizedKey(protocol, key, engineId),
    keep: (engineId, keyThere) => void proven.set(engineId.toString('hex'), keyThere),
  };
};

/**
 * Users by name, as the wire has it. Hashing a passphrase takes milliseconds (a megabyte each), so it is done here,
 * once, and never for a datagram: a flood of made-up engine ids must not be able to order it.
 */
export const keyUsers = (users: readonly TrapUser[]): ReadonlyMap<string, KeyedUser> =>
  new Map(users.map((user) => [Buffer.from(user.name).toString('latin1'), keyUser(user)]));
