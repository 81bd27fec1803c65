import type { Secret } from '../../../core/secret.ts';
import { type AuthProtocol, keyOfPassphrase, localizedKey } from '../../../snmp-trap/codec/usm.ts';

/**
 * AES in CFB mode (RFC 3826). With 256 bits only where the hash gives that many: the two ways to stretch a shorter one
 * are drafts that peers do not agree on.
 */
export const privacyProtocols = {
  aes128: { cipher: 'aes-128-cfb', keyBytes: 16 },
  aes256: { cipher: 'aes-256-cfb', keyBytes: 32 },
} as const;
export type SinkPrivacy = keyof typeof privacyProtocols;

/** Whom we send as over SNMPv3. */
export interface UsmUser {
  readonly name: string;
  readonly authProtocol: AuthProtocol;
  readonly auth: Secret;
  /** Without it messages go in the clear, authenticated. */
  readonly priv?: { readonly protocol: SinkPrivacy; readonly passphrase: Secret };
}

/** The keys of a user at one engine. */
export interface UsmKeys {
  readonly user: string;
  readonly authProtocol: AuthProtocol;
  readonly authKey: Buffer;
  readonly privacy?: { readonly protocol: SinkPrivacy; readonly key: Buffer };
}

/** The keys at an engine, as a function of its id. Passphrases are hashed here, once (a megabyte each). */
export const keysOf = ({ name, authProtocol, auth, priv }: UsmUser): ((engineId: Buffer) => UsmKeys) => {
  const authKey = keyOfPassphrase(authProtocol, auth.reveal());
  const privKey = priv && keyOfPassphrase(authProtocol, priv.passphrase.reveal());
  return (engineId) => ({
    user: name,
    authProtocol,
    authKey: localizedKey(authProtocol, authKey, engineId),
    ...(priv &&
      privKey && {
        privacy: {
          protocol: priv.protocol,
          key: localizedKey(authProtocol, privKey, engineId).subarray(
            0,
            privacyProtocols[priv.protocol].keyBytes,
          ),
        },
      }),
  });
};
