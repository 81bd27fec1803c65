import type { Clock } from '../../core/clock.ts';
import { CodedError, codeOf, messageOf } from '../../core/errors.ts';
import type { Lane } from '../../core/lane.ts';
import type { CallLimits } from '../../core/ports.ts';
import { type ConnectUdp, connectUdp } from '../../io/udp.ts';
import { cipherSuites } from '../ipmi/cipher-suites.ts';
import { getSystemGuid } from '../ipmi/commands/get-system-guid.ts';
import { setSessionPrivilege } from '../ipmi/commands/set-session-privilege.ts';
import { privilegeLevels } from '../ipmi/privilege.ts';
import { answersPing, channelCapabilities } from '../presence.ts';
import { type AskTiming, createExchange, type Exchange } from './exchange.ts';
import { type Established, establish, type Login } from './handshake.ts';
import { closeUnseen, createSession, type IpmiSession } from './session.ts';

/** One BMC as the login needs to know it. */
export interface Contact {
  readonly host: string;
  readonly port: number;
  /** `host:port`, for messages. */
  readonly address: string;
  readonly login: Login;
  /** Suites to try, the best first. */
  readonly suites: readonly number[];
  readonly clock: Clock;
  readonly lane: Lane;
  readonly timing: AskTiming;
  readonly learned: Learned;
  /** How datagrams travel; over UDP sockets by default. */
  readonly connect?: ConnectUdp | undefined;
}

/** What a BMC has shown so far; kept while the daemon runs. */
export interface Learned {
  /** It answered before, so its version need not be asked again. */
  met: boolean;
  /** The suite that worked last time. */
  suite: number | undefined;
}

/** A session that may give orders, and whose BMC is known. */
export interface LoggedIn {
  readonly session: IpmiSession;
  /** 32 hex digits, or undefined where the BMC has no GUID to give. */
  readonly guid: string | undefined;
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

/** A link of its own to the BMC, for questions in the BMC's one lane. Throws `bmc.unreachable`. */
export const openExchange = async (contact: Contact): Promise<Exchange> => {
  const { host, port, clock, lane, timing, address, connect = connectUdp } = contact;
  try {
    return createExchange({ link: await connect(host, port), clock, lane, timing, address });
  } catch (error) {
    throw new CodedError('bmc.unreachable', `no way to ${address}: ${messageOf(error)}`, { cause: error });
  }
};

/** On first contact asks for the version; silence is told apart into "nothing there" and "BMC stuck". */
export const meet = async (contact: Contact, exchange: Exchange, limits: CallLimits): Promise<void> => {
  const { address, clock, learned } = contact;
  try {
    const { ipmi20 } = await channelCapabilities(exchange, address, limits);
    if (!ipmi20) throw new CodedError('bmc.version', `${address} does not offer IPMI 2.0 on its LAN channel`);
    learned.met = true;
  } catch (error) {
    if (codeOf(error) !== 'bmc.timeout') throw error;
    const pong = !limits.deadline.passed() && (await answersPing(exchange, clock, limits));
    const hint = pong ? 'it answers the ASF ping, but no IPMI' : 'nor does it answer the ASF ping';
    throw new CodedError('bmc.timeout', `${messageOf(error)}; ${hint}`, { cause: error });
  }
};

/** Tries the suites in the order of the configuration, the one that worked last time first. */
const authenticate = async (
  contact: Contact,
  exchange: Exchange,
  limits: CallLimits,
): Promise<Established> => {
  const { login, suites, address, learned } = contact;
  const order = [...suites].sort((a, b) => Number(b === learned.suite) - Number(a === learned.suite));
  let tag = 0;
  const nextTag = () => {
    tag = (tag + 1) & 0xff;
    return tag;
  };
  for (const id of order) {
    const suite = cipherSuites.get(id);
    if (!suite) continue;
    try {
      const inDoubt = (unseen: Established) => closeUnseen(exchange, unseen);
      const established = await establish({ exchange, limits, address, login, suite, nextTag, inDoubt });
      learned.suite = id;
      return established;
    } catch (error) {
      if (codeOf(error) !== 'bmc.cipherSuite') throw error;
    }
  }
  throw new CodedError('bmc.cipherSuite', `${address} accepts none of the cipher suites ${order.join(', ')}`);
};

/** A session starts at user level; a BMC may answer with less than was asked for instead of refusing. */
const raisePrivilege = async (contact: Contact, session: IpmiSession, limits: CallLimits): Promise<void> => {
  const { privilege } = contact.login;
  const wanted = privilegeLevels[privilege];
  const granted = await session.request(setSessionPrivilege, wanted, limits);
  if (granted >= wanted) return;
  throw new CodedError(
    'bmc.privilege',
    `${contact.address} granted this user privilege level ${granted} where ${wanted} (${privilege}) was asked for`,
  );
};

/**
 * Opens a session at the privilege of the configuration. Whatever fails, nothing stays open. Throws
 * a CodedError with a `bmc.*` code.
 */
export const logIn = async (contact: Contact, limits: CallLimits): Promise<LoggedIn> => {
  const { clock, address, learned } = contact;
  const exchange = await openExchange(contact);
  let session: IpmiSession | undefined;
  try {
    if (!learned.met) await meet(contact, exchange, limits);
    const established = await authenticate(contact, exchange, limits);
    session = createSession({ exchange, clock, address, established });
    await raisePrivilege(contact, session, limits);
    return { session, guid: await readGuid(session, established.guid, limits) };
  } catch (error) {
    if (session) void session.close();
    else exchange.close();
    throw error;
  }
};
