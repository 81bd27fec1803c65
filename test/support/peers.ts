import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

/** The third-party programs interop tests talk to, and the Debian package each one comes from. */
const packageOf = {
  ipmi_sim: 'openipmi',
  ipmitool: 'ipmitool',
  ipmipower: 'freeipmi-tools',
  'ipmi-chassis': 'freeipmi-tools',
  'ipmi-sensors': 'freeipmi-tools',
  'ipmi-sel': 'freeipmi-tools',
  'ipmi-raw': 'freeipmi-tools',
  'ipmi-pet': 'freeipmi-tools',
  'bmc-info': 'freeipmi-tools',
  ipmiutil: 'ipmiutil',
  ireset: 'ipmiutil',
  ialarms: 'ipmiutil',
  icmd: 'ipmiutil',
  socat: 'socat',
  gcc: 'gcc',
  snmptrap: 'snmp',
  snmpinform: 'snmp',
  snmptranslate: 'snmp',
  snmptrapd: 'snmptrapd',
  smilint: 'smitools',
  mosquitto: 'mosquitto',
  mosquitto_passwd: 'mosquitto',
  mosquitto_pub: 'mosquitto-clients',
  mosquitto_sub: 'mosquitto-clients',
  openssl: 'openssl',
  'systemd-notify': 'systemd',
  python3: 'python3-minimal',
  fence_kdump_send: 'fence-agents',
} as const;

export type PeerName = keyof typeof packageOf;

/** Where a peer's program is, or why its tests cannot run. */
export type Peer =
  | { readonly available: true; readonly path: string }
  | { readonly available: false; readonly reason: string };

/** Debian keeps some peers in folders that are not on every user's PATH. */
const folders = (): string[] => [
  ...(process.env.PATH ?? '').split(delimiter).filter(Boolean),
  '/usr/sbin',
  '/sbin',
  '/usr/libexec/fence-agents',
];

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Looks one peer up, now. */
export const peer = (name: PeerName): Peer => {
  const path = folders()
    .map((folder) => join(folder, name))
    .find(isExecutable);
  if (path) return { available: true, path };
  const reason = `${name} is not installed (Debian package ${packageOf[name]}); run "npm run setup:peers"`;
  return { available: false, reason };
};

/** The path of a peer that must be there; throws the reason where it is not. */
export const peerPath = (name: PeerName): string => {
  const found = peer(name);
  if (!found.available) throw new Error(found.reason);
  return found.path;
};

/** How a suite with these peers is to be treated: `run`, or `skip` on a user's machine, or `fail` where CI=true. */
export const suitePlan = (
  peers: readonly Peer[],
  ci: boolean,
): { readonly kind: 'run' } | { readonly kind: 'skip' | 'fail'; readonly reason: string } => {
  const reasons = peers.flatMap((one) => (one.available ? [] : [one.reason]));
  if (reasons.length === 0) return { kind: 'run' };
  return { kind: ci ? 'fail' : 'skip', reason: reasons.join('; ') };
};

/** `describe` for tests that need third-party programs: skipped with its reason, or failed where CI=true. */
export const describeWithPeers = (names: readonly PeerName[], name: string, suite: () => void): void => {
  const plan = suitePlan(names.map(peer), process.env.CI === 'true');
  if (plan.kind === 'run') describe(name, suite);
  else if (plan.kind === 'skip') describe.skip(`${name} (skipped: ${plan.reason})`, suite);
  else {
    describe(name, () => {
      test('has its peers', () => {
        throw new Error(`CI=true, so every peer must be there, but ${plan.reason}`);
      });
    });
  }
};
