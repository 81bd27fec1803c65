import { cipherSuites } from '../../bmc/ipmi/cipher-suites.ts';
import { chassisControl } from '../../bmc/ipmi/commands/chassis-control.ts';
import { chassisIdentify } from '../../bmc/ipmi/commands/chassis-identify.ts';
import { getChannelAuthCapabilities } from '../../bmc/ipmi/commands/get-channel-auth-capabilities.ts';
import {
  cipherSuitePartLength,
  encodeCipherSuiteRecords,
  getChannelCipherSuites,
} from '../../bmc/ipmi/commands/get-channel-cipher-suites.ts';
import { getChassisStatus } from '../../bmc/ipmi/commands/get-chassis-status.ts';
import { type DeviceId, getDeviceId } from '../../bmc/ipmi/commands/get-device-id.ts';
import { getSelTime } from '../../bmc/ipmi/commands/get-sel-time.ts';
import { getSystemGuid } from '../../bmc/ipmi/commands/get-system-guid.ts';
import { petAcknowledge } from '../../bmc/ipmi/commands/pet-acknowledge.ts';
import { completionCodes } from '../../bmc/ipmi/completion-codes.ts';
import type { RequestMessage, ResponseMessage } from '../../bmc/ipmi/message.ts';
import { suiteAlgorithms } from '../../bmc/ipmi/open-session.ts';
import { privilegeLevels } from '../../bmc/ipmi/privilege.ts';
import {
  accepted,
  type CommandSession,
  type Handler,
  handler,
  lanChannel,
  noData,
} from './command-handler.ts';
import type { PetAcknowledged } from './facts.ts';
import type { Guids } from './guids.ts';
import type { Machine } from './machine.ts';
import { sessionHandlers } from './session-commands.ts';
import type { SessionTable } from './sessions.ts';
import { type StorageDeps, storageHandlers } from './storage-commands.ts';

/** What the commands of one BMC act on. */
export interface CommandDeps extends StorageDeps {
  readonly machine: Machine;
  readonly sessions: SessionTable;
  readonly guids: Guids;
  /** The BMC's own clock in milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly device: DeviceId;
  readonly suites: readonly number[];
  readonly kgSet: boolean;
  readonly namedUsers: boolean;
  readonly namelessUsers: boolean;
  readonly onAcknowledged: (acknowledged: PetAcknowledged) => void;
}

const cipherSuiteList = (ids: readonly number[]): Buffer =>
  encodeCipherSuiteRecords(
    ids.flatMap((id) => {
      const suite = cipherSuites.get(id);
      return suite ? [{ id, ...suiteAlgorithms(suite) }] : [];
    }),
  );

const sessionlessHandlers = (deps: CommandDeps): Handler[] => [
  handler(getChannelAuthCapabilities, 'sessionless', () => {
    const { kgSet, namedUsers, namelessUsers } = deps;
    return { value: { channel: lanChannel, ipmi20: true, kgSet, namedUsers, namelessUsers } };
  }),
  handler(getChannelCipherSuites, 'sessionless', ({ index }) => {
    const from = index * cipherSuitePartLength;
    const records = cipherSuiteList(deps.suites).subarray(from, from + cipherSuitePartLength);
    return { value: { channel: lanChannel, records } };
  }),
  handler(getSystemGuid, 'sessionless', () => ({ value: deps.guids.system() })),
  handler(petAcknowledge, 'sessionless', ({ sequence, localSeconds, sensorNumber }) => {
    deps.onAcknowledged({ what: 'petAcknowledged', sequence, localSeconds, sensorNumber });
    return accepted;
  }),
];

/** A time before 1970 is none that this clock can show. */
const secondsOf = (wallMs: number): number => Math.min(0xffffffff, Math.max(0, Math.floor(wallMs / 1000)));

const deviceHandlers = ({ device, wallMs }: CommandDeps): Handler[] => [
  handler(getDeviceId, privilegeLevels.user, () => ({ value: device })),
  handler(getSelTime, privilegeLevels.user, () => ({ value: secondsOf(wallMs()) })),
];

const chassisHandlers = ({ machine }: CommandDeps): Handler[] => [
  handler(getChassisStatus, privilegeLevels.user, () => ({ value: machine.status() })),
  handler(chassisControl, privilegeLevels.operator, (control) =>
    machine.control(control) === 'accepted'
      ? accepted
      : { completionCode: completionCodes.notInPresentState },
  ),
  handler(chassisIdentify, privilegeLevels.operator, (order) => {
    machine.identify(order);
    return accepted;
  }),
];

/** Answers requests, or stays silent; `session` is undefined for those that came in outside of one. */
export type CommandTable = (
  request: RequestMessage,
  session: CommandSession | undefined,
) => ResponseMessage | undefined;

export const createCommandTable = (deps: CommandDeps): CommandTable => {
  const handlers = [
    ...sessionlessHandlers(deps),
    ...sessionHandlers(deps.sessions),
    ...deviceHandlers(deps),
    ...chassisHandlers(deps),
    ...storageHandlers(deps),
  ];
  const keyOf = (netFn: number, command: number) => (netFn << 8) | command;
  const table = new Map(handlers.map((entry) => [keyOf(entry.netFn, entry.command), entry]));

  const allowed = (needed: Handler['privilege'], session: CommandSession | undefined) =>
    needed === 'sessionless' || (session !== undefined && session.active.privilege >= needed);

  return (request, session) => {
    const { netFn, command, sequence } = request;
    const entry = table.get(keyOf(netFn, command));
    const refuse = (completionCode: number) => ({ netFn, command, sequence, completionCode, data: noData });
    if (!session && entry?.privilege !== 'sessionless') return refuse(completionCodes.insufficientPrivilege);
    if (!entry) return refuse(completionCodes.invalidCommand);
    if (!allowed(entry.privilege, session)) return refuse(completionCodes.insufficientPrivilege);
    return { netFn, command, sequence, ...entry.answer(request.data, session) };
  };
};
