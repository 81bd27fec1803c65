import { cipherSuites } from '../../bmc/ipmi/cipher-suites.ts';
import type { IpmiCommand } from '../../bmc/ipmi/command.ts';
import { chassisControl } from '../../bmc/ipmi/commands/chassis-control.ts';
import { chassisIdentify } from '../../bmc/ipmi/commands/chassis-identify.ts';
import { closeSession } from '../../bmc/ipmi/commands/close-session.ts';
import { getChannelAuthCapabilities } from '../../bmc/ipmi/commands/get-channel-auth-capabilities.ts';
import {
  cipherSuitePartLength,
  encodeCipherSuiteRecords,
  getChannelCipherSuites,
} from '../../bmc/ipmi/commands/get-channel-cipher-suites.ts';
import { getChassisStatus } from '../../bmc/ipmi/commands/get-chassis-status.ts';
import { type DeviceId, getDeviceId } from '../../bmc/ipmi/commands/get-device-id.ts';
import { getSystemGuid } from '../../bmc/ipmi/commands/get-system-guid.ts';
import { setSessionPrivilege } from '../../bmc/ipmi/commands/set-session-privilege.ts';
import { completionCodes } from '../../bmc/ipmi/completion-codes.ts';
import type { RequestMessage, ResponseMessage } from '../../bmc/ipmi/message.ts';
import { suiteAlgorithms } from '../../bmc/ipmi/open-session.ts';
import { privilegeLevels } from '../../bmc/ipmi/privilege.ts';
import type { Machine } from './machine.ts';
import type { ActiveSession } from './sessions.ts';

/** What the commands of one BMC act on. */
export interface CommandDeps {
  readonly machine: Machine;
  readonly guid: Buffer;
  readonly device: DeviceId;
  readonly suites: readonly number[];
  readonly kgSet: boolean;
  readonly namedUsers: boolean;
  readonly namelessUsers: boolean;
}

/** The session a command came in on. */
export interface CommandSession {
  readonly bmcSessionId: number;
  readonly active: ActiveSession;
  /** Ends the session once this command is answered. */
  end(): void;
}

type Answer<Response> = { readonly value: Response } | { readonly completionCode: number };
type Run<Request, Response> = (request: Request, session: CommandSession | undefined) => Answer<Response>;

interface Handler {
  readonly netFn: number;
  readonly command: number;
  /** The least level that may use it (IPMI 2.0 appendix G); `sessionless`: anyone, before a login. */
  readonly privilege: number | 'sessionless';
  answer(data: Buffer, session: CommandSession | undefined): { completionCode: number; data: Buffer };
}

const lanChannel = 1;
const noData = Buffer.alloc(0);
const accepted = { value: undefined };

const handler = <Request, Response>(
  command: IpmiCommand<Request, Response>,
  privilege: Handler['privilege'],
  run: Run<Request, Response>,
): Handler => ({
  netFn: command.netFn,
  command: command.command,
  privilege,
  answer(data, session) {
    const request = command.decodeRequest(data);
    if (!request.ok) {
      const { badLength, invalidField } = completionCodes;
      return { completionCode: request.failure === 'tooShort' ? badLength : invalidField, data: noData };
    }
    const answer = run(request.value, session);
    if ('completionCode' in answer) return { completionCode: answer.completionCode, data: noData };
    return { completionCode: completionCodes.ok, data: command.encodeResponse(answer.value) };
  },
});

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
  handler(getSystemGuid, 'sessionless', () => ({ value: deps.guid })),
];

const sessionHandlers: Handler[] = [
  handler(setSessionPrivilege, privilegeLevels.callback, (level, session) => {
    if (!session) return { completionCode: completionCodes.insufficientPrivilege };
    const { active } = session;
    if (level > active.highestPrivilege) return { completionCode: completionCodes.privilegeExceedsLimit };
    if (level > 0) active.privilege = level;
    return { value: active.privilege };
  }),
  handler(closeSession, privilegeLevels.callback, (id, session) => {
    if (id !== session?.bmcSessionId) return { completionCode: completionCodes.unknownSession };
    session.end();
    return accepted;
  }),
];

const chassisHandlers = ({ machine, device }: CommandDeps): Handler[] => [
  handler(getDeviceId, privilegeLevels.user, () => ({ value: device })),
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

/** Answers requests; `session` is undefined for those that came in outside of one. */
export type CommandTable = (request: RequestMessage, session: CommandSession | undefined) => ResponseMessage;

export const createCommandTable = (deps: CommandDeps): CommandTable => {
  const handlers = [...sessionlessHandlers(deps), ...sessionHandlers, ...chassisHandlers(deps)];
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
