import { randomBytes } from 'node:crypto';
import { type CipherSuite, cipherSuites } from '../../bmc/ipmi/cipher-suites.ts';
import {
  decodeOpenSessionRequest,
  encodeOpenSessionResponse,
  type OpenSessionRequest,
  suiteAlgorithms,
} from '../../bmc/ipmi/open-session.ts';
import { privilegeLevels } from '../../bmc/ipmi/privilege.ts';
import { decodeRakp1, type Rakp1 } from '../../bmc/ipmi/rakp-1.ts';
import { encodeRakp2 } from '../../bmc/ipmi/rakp-2.ts';
import { decodeRakp3 } from '../../bmc/ipmi/rakp-3.ts';
import { encodeRakp4 } from '../../bmc/ipmi/rakp-4.ts';
import {
  type RakpContext,
  rakp2Code,
  rakp3Code,
  rakp4Code,
  sameCode,
  sessionIntegrityKey,
  sessionKeys,
} from '../../bmc/ipmi/rakp-crypto.ts';
import { rakpStatus } from '../../bmc/ipmi/rakp-status.ts';
import { createSequenceWindow } from '../../bmc/ipmi/sequence-window.ts';
import type { Clock } from '../../core/clock.ts';
import type { Secret } from '../../core/secret.ts';
import type { LoginRefusal } from './facts.ts';
import type { Guids } from './guids.ts';
import { createReplyCache } from './reply-cache.ts';
import type { SessionSlot, SessionTable } from './sessions.ts';
import { type BmcUser, findUser, type Passwords, roleLevel } from './users.ts';

/** The ids of the cipher suites that a session is opened with; a client gets no other. */
export type SuiteOffer = () => readonly number[];

export interface HandshakeDeps {
  readonly clock: Clock;
  readonly sessions: SessionTable;
  readonly users: readonly BmcUser[];
  readonly offer: SuiteOffer;
  readonly passwords: Passwords;
  readonly guids: Guids;
  /** The BMC key (K_g, at most 20 bytes); undefined where it is all zeros, as on most BMCs. */
  readonly kg: Secret | undefined;
  readonly onRefused: (why: LoginRefusal, user?: string) => void;
}

/** The BMC's side of the RAKP exchange (IPMI 2.0 sections 13.17 to 13.23); undefined stays silent. */
export interface Handshake {
  openSession(payload: Buffer, peer: string): Buffer | undefined;
  rakp1(payload: Buffer): Buffer | undefined;
  rakp3(payload: Buffer): Buffer | undefined;
}

const randomLength = 16;

const suiteOf = (deps: HandshakeDeps, request: OpenSessionRequest): CipherSuite | undefined =>
  deps
    .offer()
    .map((id) => cipherSuites.get(id))
    .find((suite) => {
      if (!suite) return false;
      const offered = suiteAlgorithms(suite);
      const { authentication, integrity, confidentiality } = request.algorithms;
      return (
        offered.authentication === authentication &&
        offered.integrity === integrity &&
        offered.confidentiality === confidentiality
      );
    });

const openSession = (deps: HandshakeDeps, payload: Buffer, peer: string): Buffer | undefined => {
  const again = deps.sessions.reopened(payload, peer);
  if (again) return again.answered?.reply;
  const decoded = decodeOpenSessionRequest(payload);
  if (!decoded.ok) return undefined;
  const { tag, consoleSessionId, privilege } = decoded.value;
  const refuse = (status: number, why: LoginRefusal) => {
    deps.onRefused(why);
    return encodeOpenSessionResponse({ tag, status, privilege, consoleSessionId });
  };
  const suite = suiteOf(deps, decoded.value);
  if (!suite) return refuse(rakpStatus.noCipherSuiteMatch, 'cipherSuite');
  const slot = deps.sessions.open({ consoleSessionId, peer, suite });
  if (!slot) return refuse(rakpStatus.insufficientResources, 'slotsFull');
  const reply = encodeOpenSessionResponse({
    tag,
    status: rakpStatus.noErrors,
    privilege: privilege || privilegeLevels.administrator,
    consoleSessionId,
    accepted: { bmcSessionId: slot.bmcSessionId, algorithms: suiteAlgorithms(suite) },
  });
  slot.answered = { request: payload, reply };
  return reply;
};

const contextOf = (deps: HandshakeDeps, slot: SessionSlot, message: Rakp1): RakpContext => ({
  suite: slot.suite,
  consoleSessionId: slot.consoleSessionId,
  bmcSessionId: slot.bmcSessionId,
  consoleRandom: message.consoleRandom,
  bmcRandom: randomBytes(randomLength),
  bmcGuid: deps.guids.rakp2(),
  role: message.role,
  userName: message.userName,
});

const rakp1 = (deps: HandshakeDeps, payload: Buffer): Buffer | undefined => {
  const decoded = decodeRakp1(payload);
  if (!decoded.ok) return undefined;
  const message = decoded.value;
  const { tag, role, userName, bmcSessionId } = message;
  const slot = deps.sessions.find(bmcSessionId);
  if (!slot || slot.active) {
    return encodeRakp2({ tag, status: rakpStatus.invalidSessionId, consoleSessionId: 0 });
  }
  if (slot.answered?.request.equals(payload)) return slot.answered.reply;
  const { consoleSessionId } = slot;
  const user = findUser(deps.users, userName, role);
  if (!user) {
    deps.sessions.close(slot, 'closed');
    deps.onRefused('user', userName.toString());
    return encodeRakp2({ tag, status: rakpStatus.unauthorizedName, consoleSessionId });
  }
  const context = contextOf(deps, slot, message);
  const { bmcRandom, bmcGuid } = context;
  const code = rakp2Code(context, deps.passwords(user));
  const accepted = { bmcRandom, bmcGuid, code };
  const reply = encodeRakp2({ tag, status: rakpStatus.noErrors, consoleSessionId, accepted });
  slot.login = { context, user };
  slot.answered = { request: payload, reply };
  return reply;
};

const activate = (
  deps: HandshakeDeps,
  slot: SessionSlot,
  sik: Buffer,
  context: RakpContext,
  user: BmcUser,
) => {
  const highestPrivilege = Math.min(user.privilege, roleLevel(context.role) || user.privilege);
  deps.sessions.activate(slot, {
    protection: { suite: slot.suite, keys: sessionKeys(slot.suite, sik) },
    window: createSequenceWindow(),
    sentSequence: 0,
    replies: createReplyCache(deps.clock),
    user,
    highestPrivilege,
    privilege: Math.min(highestPrivilege, privilegeLevels.user),
  });
};

const rakp3 = (deps: HandshakeDeps, payload: Buffer): Buffer | undefined => {
  const decoded = decodeRakp3(payload);
  if (!decoded.ok) return undefined;
  const { tag, status, bmcSessionId, code } = decoded.value;
  const slot = deps.sessions.find(bmcSessionId);
  if (slot?.answered?.request.equals(payload)) return slot.answered.reply;
  // The console may end a login at any point of it, before RAKP 1 too (section 13.22).
  if (slot && !slot.active && status !== rakpStatus.noErrors) {
    deps.sessions.close(slot, 'closed');
    deps.onRefused('console', slot.login?.user.name.toString());
    return undefined;
  }
  if (!slot?.login || slot.active) {
    return encodeRakp4({
      tag,
      status: rakpStatus.invalidSessionId,
      consoleSessionId: 0,
      code: Buffer.alloc(0),
    });
  }
  const { consoleSessionId } = slot;
  const { context, user } = slot.login;
  const userName = user.name.toString();
  const password = deps.passwords(user);
  if (!sameCode(rakp3Code(context, password), code)) {
    deps.sessions.close(slot, 'closed');
    deps.onRefused('password', userName);
    return encodeRakp4({
      tag,
      status: rakpStatus.invalidCheckValue,
      consoleSessionId,
      code: Buffer.alloc(0),
    });
  }
  const sik = sessionIntegrityKey(context, deps.kg?.reveal() ?? password);
  const check = rakp4Code(context, sik);
  const reply = encodeRakp4({ tag, status: rakpStatus.noErrors, consoleSessionId, code: check });
  slot.answered = { request: payload, reply };
  activate(deps, slot, sik, context, user);
  return reply;
};

export const createHandshake = (deps: HandshakeDeps): Handshake => ({
  openSession: (payload, peer) => openSession(deps, payload, peer),
  rakp1: (payload) => rakp1(deps, payload),
  rakp3: (payload) => rakp3(deps, payload),
});
