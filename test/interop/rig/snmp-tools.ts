import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthProtocol } from '../../../src/snmp-trap/codec/usm.ts';
import { type PeerName, peerPath } from '../../support/peers.ts';
import type { V3Account } from '../../support/traps/v3-sender.ts';
import { atEnd } from './endings.ts';
import { type RunResult, run } from './run.ts';

/** Net-SNMP's snmptrap and snmpinform, with a folder of their own for what they remember (engine id and boots). */
export interface SnmpTools {
  /** Words between the version and the varbinds, and the varbinds. */
  trap(words: readonly string[]): Promise<RunResult>;
  /** As {@link trap}; exit code 0 means that it was acknowledged. One try, for a second. */
  inform(words: readonly string[]): Promise<RunResult>;
}

export const createSnmpTools = (): SnmpTools => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-snmp-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  atEnd({ stop: async () => remove(), kill: remove });
  const env = { SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder, MIBS: '' };
  const tool = (name: PeerName, words: readonly string[]) => run([peerPath(name), ...words], { env });
  return {
    trap: (words) => tool('snmptrap', words),
    inform: (words) => tool('snmpinform', ['-r', '0', '-t', '1', ...words]),
  };
};

const authWords: Record<AuthProtocol, string> = {
  sha1: 'SHA',
  sha224: 'SHA-224',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};

/** The words of the command line that make somebody a user of SNMPv3. */
export const v3Words = (account: V3Account, privacy: 'AES' | 'AES-256' = 'AES'): string[] => {
  const { user, protocol, authPassphrase, privPassphrase } = account;
  const auth = ['-v3', '-u', user, '-a', authWords[protocol], '-A', authPassphrase];
  if (privPassphrase === undefined) return [...auth, '-l', 'authNoPriv'];
  return [...auth, '-l', 'authPriv', '-x', privacy, '-X', privPassphrase];
};
