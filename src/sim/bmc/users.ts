import { nameOnlyLookup } from '../../bmc/ipmi/rakp-1.ts';
import type { Secret } from '../../core/secret.ts';

/** One account of the simulated BMC. */
export interface BmcUser {
  /** Its number in the BMC, 1-63; 1 is the anonymous user's (IPMI 2.0 section 6.9). */
  readonly id: number;
  /** 0-16 bytes; the empty name is the anonymous user. */
  readonly name: Buffer;
  /** At most 20 bytes. */
  readonly password: Secret;
  /** The highest level a session of this user can reach, IPMI 2.0 section 6.8. */
  readonly privilege: number;
}

/** The bytes that a login of this user is keyed with. */
export type Passwords = (user: BmcUser) => Buffer;

export const wholePassword: Passwords = ({ password }) => password.reveal();

const levelMask = 0x0f;

/** The level of a RAKP 1 role byte; 0 asks for the highest there is. */
export const roleLevel = (role: number): number => role & levelMask;

/**
 * The account that a RAKP 1 means: by name alone, or, where the role byte says so, by name and
 * level together (IPMI 2.0 section 13.20). Several accounts may then share a name.
 */
export const findUser = (users: readonly BmcUser[], name: Buffer, role: number): BmcUser | undefined => {
  const level = roleLevel(role);
  const byName = users.filter((user) => user.name.equals(name));
  if ((role & nameOnlyLookup) !== 0 || level === 0) return byName[0];
  return byName.find((user) => user.privilege === level);
};
