import type { Clock } from '../../core/clock.ts';
import { CodedError, codeOf, messageOf } from '../../core/errors.ts';
import { createLane, type Lane } from '../../core/lane.ts';
import type { BmcPort, BmcSession, CallLimits, ControlReply, IdentifyRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { connectUdp } from '../../io/udp.ts';
import { type AskTiming, createExchange, defaultTiming, type Exchange } from '../client/exchange.ts';
import { completionError } from '../client/failures.ts';
import { type Established, establish, type Login } from '../client/handshake.ts';
import { createSession, type IpmiSession } from '../client/session.ts';
import { cipherSuites } from '../ipmi/cipher-suites.ts';
import { chassisControl } from '../ipmi/commands/chassis-control.ts';
import { chassisIdentify } from '../ipmi/commands/chassis-identify.ts';
import { getChassisStatus } from '../ipmi/commands/get-chassis-status.ts';
import { getSystemGuid } from '../ipmi/commands/get-system-guid.ts';
import { setSessionPrivilege } from '../ipmi/commands/set-session-privilege.ts';
import { privilegeLevels } from '../ipmi/privilege.ts';
import { answersPing, channelCapabilities } from '../presence.ts';
import type { NativeOptions } from './native-options.ts';

export interface NativeDeps {
  readonly clock: Clock;
  readonly password: Secret;
  readonly kg: Secret | undefined;
  readonly timing?: AskTiming;
}

/** What one BMC has shown so far; kept while the daemon runs. */
interface Learned {
  /** It answered before, so its version need not be asked again. */
  met: boolean;
  suite: number | undefined;
}

interface Context {
  readonly options: NativeOptions;
  readonly deps: NativeDeps;
  readonly address: string;
  readonly lane: Lane;
  readonly learned: Learned;
}

const emptyGuid = /^(0{32}|f{32})$/;

const guidText = (guid: Buffer): string | undefined => {
  const text = guid.toString('hex');
  return emptyGuid.test(text) ? undefined : text;
};

/** RAKP 2 carries the GUID; a BMC that leaves it empty there is asked with Get System GUID. */
const readGuid = async (
  session: IpmiSession,
  guid: Buffer,
  limits: CallLimits,
): Promise<string | undefined> => {
  const text = guidText(guid);
  if (text) return text;
  try {
    return guidText(await session.request(getSystemGuid, undefined, limits));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'bmc.rejected' || code === 'bmc.privilege' || code === 'bmc.protocol') return undefined;
    throw error;
  }
};

const openExchange = async ({ options, deps, address, lane }: Context): Promise<Exchange> => {
  try {
    const link = await connectUdp(options.host, options.port);
    return createExchange({ link, clock: deps.clock, lane, timing: deps.timing ?? defaultTiming, address });
  } catch (error) {
    throw new CodedError('bmc.unreachable', `no way to ${address}: ${messageOf(error)}`, { cause: error });
  }
};

/** On first contact asks for the version; silence is told apart into "nothing there" and "BMC stuck". */
const meet = async (context: Context, exchange: Exchange, limits: CallLimits): Promise<void> => {
  const { address, deps, learned } = context;
  try {
    const { ipmi20 } = await channelCapabilities(exchange, address, limits);
    if (!ipmi20) throw new CodedError('bmc.version', `${address} does not offer IPMI 2.0 on its LAN channel`);
    learned.met = true;
  } catch (error) {
    if (codeOf(error) !== 'bmc.timeout') throw error;
    const pong = !limits.deadline.passed() && (await answersPing(exchange, deps.clock, limits));
    const hint = pong ? 'it answers the ASF ping, but no IPMI' : 'nor does it answer the ASF ping';
    throw new CodedError('bmc.timeout', `${messageOf(error)}; ${hint}`, { cause: error });
  }
};

/** Tries the suites in the order of the configuration, the one that worked last time first. */
const login = async (context: Context, exchange: Exchange, limits: CallLimits): Promise<Established> => {
  const { options, deps, address, learned } = context;
  const who: Login = {
    userName: Buffer.from(options.user),
    password: deps.password,
    kg: deps.kg,
    privilege: options.privilege,
  };
  const order = [...options.cipherSuites].sort(
    (a, b) => Number(b === learned.suite) - Number(a === learned.suite),
  );
  let tag = 0;
  const nextTag = () => {
    tag = (tag + 1) & 0xff;
    return tag;
  };
  for (const id of order) {
    const suite = cipherSuites.get(id);
    if (!suite) continue;
    try {
      const established = await establish({ exchange, limits, address, login: who, suite, nextTag });
      learned.suite = id;
      return established;
    } catch (error) {
      if (codeOf(error) !== 'bmc.cipherSuite') throw error;
    }
  }
  throw new CodedError('bmc.cipherSuite', `${address} accepts none of the cipher suites ${order.join(', ')}`);
};

const control = async (
  session: IpmiSession,
  address: string,
  command: Parameters<BmcSession['control']>[0],
  limits: CallLimits,
): Promise<ControlReply> => {
  if (limits.deadline.passed()) {
    return {
      kind: 'notSent',
      reason: { code: 'fence.deadline', message: 'the deadline passed before sending' },
    };
  }
  try {
    const code = await session.requestOnce(chassisControl, command, limits);
    if (code === 0) return { kind: 'accepted' };
    const error = completionError(address, `${chassisControl.name} (${command})`, code);
    return { kind: 'rejected', reason: { code: error.code, message: error.message } };
  } catch (error) {
    return {
      kind: 'unanswered',
      reason: { code: codeOf(error) ?? 'bmc.protocol', message: messageOf(error) },
    };
  }
};

const identifyData = (request: IdentifyRequest) => {
  if (request === 'off') return { seconds: 0, indefinite: false };
  if (request === 'indefinite') return { seconds: 255, indefinite: true };
  return { seconds: request.seconds, indefinite: false };
};

const bmcSession = (context: Context, session: IpmiSession, guid: string | undefined): BmcSession => ({
  guid,
  async readPower(limits) {
    return (await session.request(getChassisStatus, undefined, limits)).power;
  },
  control: (command, limits) => control(session, context.address, command, limits),
  async identify(request, limits) {
    await session.request(chassisIdentify, identifyData(request), limits);
  },
  async readIdentify(limits) {
    return (await session.request(getChassisStatus, undefined, limits)).identify;
  },
  close: () => session.close(),
});

/** A session starts at user level; a BMC may answer with less than was asked for instead of refusing. */
const raisePrivilege = async (context: Context, session: IpmiSession, limits: CallLimits): Promise<void> => {
  const wanted = privilegeLevels[context.options.privilege];
  const granted = await session.request(setSessionPrivilege, wanted, limits);
  if (granted >= wanted) return;
  throw new CodedError(
    'bmc.privilege',
    `${context.address} granted this user privilege level ${granted} where ${wanted} (${context.options.privilege}) was asked for`,
  );
};

const openSession = async (context: Context, limits: CallLimits): Promise<BmcSession> => {
  const { deps, address, learned } = context;
  const exchange = await openExchange(context);
  let session: IpmiSession | undefined;
  try {
    if (!learned.met) await meet(context, exchange, limits);
    const established = await login(context, exchange, limits);
    session = createSession({ exchange, clock: deps.clock, address, established });
    await raisePrivilege(context, session, limits);
    const guid = await readGuid(session, established.guid, limits);
    return bmcSession(context, session, guid);
  } catch (error) {
    if (session) void session.close();
    else exchange.close();
    throw error;
  }
};

/** A BMC spoken to in IPMI 2.0 by this process itself: one session per `open`, one packet in flight. */
export const createNativeBmc = (options: NativeOptions, deps: NativeDeps): BmcPort => {
  const context: Context = {
    options,
    deps,
    address: `${options.host}:${options.port}`,
    lane: createLane(),
    learned: { met: false, suite: undefined },
  };
  const open = new Set<BmcSession>();
  return {
    async open(limits) {
      const session = await openSession(context, limits);
      const tracked: BmcSession = {
        ...session,
        async close() {
          if (open.delete(tracked)) await session.close();
        },
      };
      open.add(tracked);
      return tracked;
    },
    async close() {
      await Promise.all([...open].map((session) => session.close()));
    },
  };
};
