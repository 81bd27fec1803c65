import type { DeviceId } from '../../bmc/ipmi/commands/get-device-id.ts';
import { type Privilege, privilegeLevels } from '../../bmc/ipmi/privilege.ts';
import { type Clock, isoNow } from '../../core/clock.ts';
import type { Secret } from '../../core/secret.ts';
import { type Bmc, createBmc } from './bmc.ts';
import { createCommandTable } from './commands.ts';
import { createConversation } from './conversation.ts';
import { defaultDevices, defaultSensors } from './default-sensors.ts';
import { defaultEventLog } from './event-log.ts';
import type { BmcFact, LoginRefusal, SessionEvent } from './facts.ts';
import type { FaultBoard } from './faults/faults.ts';
import { oneGuid } from './guids.ts';
import { createHandshake } from './handshake.ts';
import type { Machine } from './machine.ts';
import { countUp } from './numbering.ts';
import { createSensorBoard, type SimSensor } from './sensor-board.ts';
import { createSessionTable, type SessionLimits, type SessionTable } from './sessions.ts';
import { type BmcUser, wholePassword } from './users.ts';

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
  /** Its sensors, by default those of a small server. */
  readonly sensors?: readonly SimSensor[];
  /** Entries of 16 bytes, oldest first; by default a few. */
  readonly eventLog?: readonly Buffer[];
  /** The most bytes of a sensor record that it puts into one answer, default 255. */
  readonly longestRead?: number;
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

const anonymousUserId = 1;
const firstNamedUserId = 2;

const accountsOf = (users: readonly SimBmcUser[]): BmcUser[] =>
  users.map(({ name, password, privilege = 'administrator' }, index) => ({
    id: name === '' ? anonymousUserId : firstNamedUserId + index,
    name: Buffer.from(name),
    password,
    privilege: privilegeLevels[privilege],
  }));

interface AssembleDeps {
  readonly clock: Clock;
  readonly machine: Machine;
  readonly faults: FaultBoard;
  readonly onFact: (fact: BmcFact) => void;
}

/** Builds the BMC of a machine: sessions, handshake and commands, put together, each with its faults over it. */
export const assembleBmc = (
  options: BmcOptions,
  deps: AssembleDeps,
): { readonly bmc: Bmc; readonly sessions: SessionTable } => {
  const { clock, faults } = deps;
  const { kg, suites = defaultSuites, device = defaultDevice } = options;
  const users = accountsOf(options.users);
  const nameOf = (user: BmcUser) => user.name.toString();
  const tell = (event: SessionEvent) => deps.onFact({ ...event, at: isoNow(clock) });
  const onRefused = (why: LoginRefusal, user?: string) =>
    tell({ what: 'loginRefused', why, ...(user !== undefined && { user }) });

  const guids = faults.over('guids', oneGuid(options.guid));
  const table = createSessionTable({
    clock,
    limits: { ...defaultLimits, ...options.limits },
    onOpened: ({ user }) => tell({ what: 'sessionOpened', user: nameOf(user) }),
    onClosed: ({ user }, why) => tell({ what: 'sessionClosed', user: nameOf(user), why }),
    onAbandoned: (user) => onRefused('abandoned', user && nameOf(user)),
  });
  const sessions = faults.over('sessions', table);
  const commandTable = createCommandTable({
    machine: faults.over('machine', deps.machine),
    sessions,
    guids,
    wallMs: faults.over('wallMs', () => clock.wallMs()),
    sensors: createSensorBoard(options.sensors ?? defaultSensors, defaultDevices, deps.machine.power),
    eventLog: options.eventLog ?? defaultEventLog,
    longestRead: options.longestRead ?? 255,
    suites,
    device,
    kgSet: kg !== undefined,
    namedUsers: users.some(({ name }) => name.length > 0),
    namelessUsers: users.some(({ name }) => name.length === 0),
    onAcknowledged: (acknowledged) => deps.onFact({ ...acknowledged, at: isoNow(clock) }),
  });
  const offer = faults.over('offer', () => suites);
  const passwords = faults.over('passwords', wholePassword);
  const rakp = createHandshake({ clock, sessions, users, offer, passwords, guids, kg, onRefused });
  const commands = faults.over('commands', commandTable);
  const numbering = faults.over('numbering', countUp);
  const conversation = createConversation({ sessions, commands, numbering });
  return { bmc: createBmc({ handshake: faults.over('handshake', rakp), commands, conversation }), sessions };
};
