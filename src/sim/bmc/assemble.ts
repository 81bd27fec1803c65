import type { DeviceId } from '../../bmc/ipmi/commands/get-device-id.ts';
import { type Privilege, privilegeLevels } from '../../bmc/ipmi/privilege.ts';
import { type Clock, isoNow } from '../../core/clock.ts';
import type { Secret } from '../../core/secret.ts';
import { type Bmc, createBmc } from './bmc.ts';
import { createCommandTable } from './commands.ts';
import { createConversation } from './conversation.ts';
import type { BmcFact, LoginRefusal, SessionEvent } from './facts.ts';
import { createHandshake } from './handshake.ts';
import type { Machine } from './machine.ts';
import { createSessionTable, type SessionLimits, type SessionTable } from './sessions.ts';
import type { BmcUser } from './users.ts';

/** An account of the simulated BMC. */
export interface SimBmcUser {
  /** At most 16 bytes in UTF-8; empty for the anonymous user. */
  readonly name: string;
  /** At most 20 bytes. */
  readonly password: Secret;
  /** The highest level its sessions can reach; default administrator. */
  readonly privilege?: Privilege;
}

/** What a BMC is apart from the machine it controls and the network it is on. */
export interface BmcOptions {
  readonly users: readonly SimBmcUser[];
  /** 16 bytes in the order of the wire. */
  readonly guid: Buffer;
  /** Cipher suites offered, default [17, 3]; 0 lets anyone in who knows a name. */
  readonly suites?: readonly number[];
  /** The BMC key, at most 20 bytes; without it sessions are keyed by the password. */
  readonly kg?: Secret;
  readonly limits?: Partial<SessionLimits>;
  readonly device?: DeviceId;
}

const defaultSuites: readonly number[] = [17, 3];
const defaultLimits: SessionLimits = { slots: 4, handshakeMs: 10_000, idleMs: 60_000 };
const defaultDevice: DeviceId = {
  deviceId: 0x20,
  firmwareMajor: 1,
  firmwareMinor: 0,
  manufacturer: 0,
  product: 1,
};

const accountsOf = (users: readonly SimBmcUser[]): BmcUser[] =>
  users.map(({ name, password, privilege = 'administrator' }) => ({
    name: Buffer.from(name),
    password,
    privilege: privilegeLevels[privilege],
  }));

/** Builds the BMC of a machine: sessions, handshake and commands, put together. */
export const assembleBmc = (
  options: BmcOptions,
  deps: { clock: Clock; machine: Machine; onFact: (fact: BmcFact) => void },
): { bmc: Bmc; sessions: SessionTable } => {
  const { clock, machine } = deps;
  const { guid, kg, suites = defaultSuites } = options;
  const users = accountsOf(options.users);
  const nameOf = (user: BmcUser) => user.name.toString();
  const tell = (event: SessionEvent) => deps.onFact({ ...event, at: isoNow(clock) });
  const onRefused = (why: LoginRefusal, user?: string) =>
    tell({ what: 'loginRefused', why, ...(user !== undefined && { user }) });

  const sessions = createSessionTable({
    clock,
    limits: { ...defaultLimits, ...options.limits },
    onOpened: ({ user }) => tell({ what: 'sessionOpened', user: nameOf(user) }),
    onClosed: ({ user }, why) => tell({ what: 'sessionClosed', user: nameOf(user), why }),
    onAbandoned: (user) => onRefused('abandoned', user && nameOf(user)),
  });
  const commands = createCommandTable({
    machine,
    guid,
    suites,
    device: options.device ?? defaultDevice,
    kgSet: kg !== undefined,
    namedUsers: users.some(({ name }) => name.length > 0),
    namelessUsers: users.some(({ name }) => name.length === 0),
  });
  const handshake = createHandshake({ clock, sessions, users, suites, guid, kg, onRefused });
  const conversation = createConversation({ sessions, commands });
  return { bmc: createBmc({ handshake, commands, conversation }), sessions };
};
