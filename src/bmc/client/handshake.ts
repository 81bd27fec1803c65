import { CodedError } from '../../core/errors.ts';
import type { CallLimits } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { CipherSuite } from '../ipmi/cipher-suites.ts';
import type { Decoded } from '../ipmi/decoded.ts';
import {
  decodeOpenSessionResponse,
  encodeOpenSessionRequest,
  suiteAlgorithms,
} from '../ipmi/open-session.ts';
import { payloadTypes } from '../ipmi/packet.ts';
import { type Privilege, privilegeLevels } from '../ipmi/privilege.ts';
import { encodeRakp1, nameOnlyLookup } from '../ipmi/rakp-1.ts';
import { decodeRakp2 } from '../ipmi/rakp-2.ts';
import { encodeRakp3 } from '../ipmi/rakp-3.ts';
import { decodeRakp4 } from '../ipmi/rakp-4.ts';
import {
  type RakpContext,
  rakp2Code,
  rakp3Code,
  rakp4Code,
  sameCode,
  sessionIntegrityKey,
  sessionKeys,
} from '../ipmi/rakp-crypto.ts';
import { rakpStatus } from '../ipmi/rakp-status.ts';
import { takeRandom } from '../ipmi/random-pool.ts';
import type { Protection } from '../ipmi/sealed.ts';
import { handshakeDatagram, handshakePayload } from './datagram.ts';
import type { Exchange } from './exchange.ts';
import { statusError } from './failures.ts';

/** Who logs in, and how far. */
export interface Login {
  readonly userName: Buffer;
  readonly password: Secret;
  /** The BMC key; absent where the BMC has none. */
  readonly kg: Secret | undefined;
  readonly privilege: Privilege;
}

/** What an RMCP+ handshake leaves both sides with. */
export interface Established {
  readonly protection: Protection;
  readonly consoleSessionId: number;
  readonly bmcSessionId: number;
  /** The BMC's GUID as RAKP 2 carried it, vouched for by the RAKP 2 code. */
  readonly guid: Buffer;
}

/** What the first message needs; it does not tell yet who logs in. */
export interface Opening {
  readonly exchange: Exchange;
  readonly limits: CallLimits;
  readonly address: string;
  readonly suite: CipherSuite;
  /** Tags tell the answer to this message from a late answer to an earlier one on the same link. */
  readonly nextTag: () => number;
}

export interface Handshake extends Opening {
  readonly login: Login;
  /** RAKP 3 was sent and its answer not seen: the BMC may have opened this session, and nobody will use it. */
  readonly inDoubt: (established: Established) => void;
}

interface Answered {
  readonly tag: number;
  readonly consoleSessionId: number;
}

const askHandshake = <Message extends Answered>(
  { exchange, limits }: Opening,
  message: { requestType: number; replyType: number; payload: Buffer; tag: number; consoleSessionId: number },
  decode: (payload: Buffer) => Decoded<Message>,
): Promise<Message> =>
  exchange.ask(
    {
      frame: () => handshakeDatagram(message.requestType, message.payload),
      resend: true,
      read(datagram) {
        const payload = handshakePayload(datagram, message.replyType);
        const reply = payload && decode(payload);
        if (!reply?.ok || reply.value.tag !== message.tag) return undefined;
        const mine = reply.value.consoleSessionId;
        return mine === message.consoleSessionId || mine === 0 ? reply.value : undefined;
      },
    },
    limits,
  );

const openSession = async (handshake: Opening, consoleSessionId: number): Promise<number> => {
  const tag = handshake.nextTag();
  const algorithms = suiteAlgorithms(handshake.suite);
  const payload = encodeOpenSessionRequest({ tag, privilege: 0, consoleSessionId, algorithms });
  const { openSessionRequest: requestType, openSessionResponse: replyType } = payloadTypes;
  const wire = { requestType, replyType, payload, tag, consoleSessionId };
  const reply = await askHandshake(handshake, wire, decodeOpenSessionResponse);
  if (!reply.accepted) throw statusError(handshake.address, 'Open Session', reply.status);
  const { authentication, integrity, confidentiality } = reply.accepted.algorithms;
  const same =
    authentication === algorithms.authentication &&
    integrity === algorithms.integrity &&
    confidentiality === algorithms.confidentiality;
  if (!same) {
    throw new CodedError(
      'bmc.cipherSuite',
      `${handshake.address} answered with another cipher suite than asked for`,
    );
  }
  return reply.accepted.bmcSessionId;
};

/** Tells the BMC that the login ends here, so that it frees the slot at once (RAKP 3 with a status, 13.22). */
const callOff = ({ exchange, nextTag }: Opening, bmcSessionId: number): void => {
  const status = rakpStatus.invalidCheckValue;
  const payload = encodeRakp3({ tag: nextTag(), status, bmcSessionId, code: Buffer.alloc(0) });
  exchange.tell(handshakeDatagram(payloadTypes.rakp3, payload));
};

/** Any id but 0, which means "no session". */
const newConsoleSessionId = (): number => takeRandom(4).readUInt32LE() || 1;

/**
 * Asks for a session with one cipher suite, and calls it off as soon as it is granted: no name and no password
 * is sent, and nobody is logged in. Throws a CodedError where it is not granted.
 */
export const tryOpening = async (opening: Opening): Promise<void> => {
  callOff(opening, await openSession(opening, newConsoleSessionId()));
};

const exchangeRandoms = async (
  handshake: Handshake,
  ids: { consoleSessionId: number; bmcSessionId: number },
): Promise<RakpContext> => {
  const { address, login, suite } = handshake;
  const tag = handshake.nextTag();
  const consoleRandom = takeRandom(16);
  const role = privilegeLevels[login.privilege] | nameOnlyLookup;
  const { userName } = login;
  const payload = encodeRakp1({ tag, bmcSessionId: ids.bmcSessionId, consoleRandom, role, userName });
  const wire = {
    requestType: payloadTypes.rakp1,
    replyType: payloadTypes.rakp2,
    payload,
    tag,
    consoleSessionId: ids.consoleSessionId,
  };
  const reply = await askHandshake(handshake, wire, decodeRakp2).catch((error: unknown) => {
    callOff(handshake, ids.bmcSessionId);
    throw error;
  });
  if (!reply.accepted) throw statusError(address, 'RAKP 2', reply.status);
  const { bmcRandom, bmcGuid, code } = reply.accepted;
  const context = { suite, ...ids, consoleRandom, bmcRandom, bmcGuid, role, userName };
  if (!sameCode(rakp2Code(context, login.password.reveal()), code)) {
    callOff(handshake, ids.bmcSessionId);
    throw new CodedError(
      'bmc.auth',
      `${address} and the configured password of this user do not match (RAKP 2 code)`,
    );
  }
  return context;
};

const proveKeys = async (handshake: Handshake, context: RakpContext): Promise<Established> => {
  const { address, login, suite } = handshake;
  const tag = handshake.nextTag();
  const { consoleSessionId, bmcSessionId } = context;
  const code = rakp3Code(context, login.password.reveal());
  const payload = encodeRakp3({ tag, status: 0, bmcSessionId, code });
  const wire = {
    requestType: payloadTypes.rakp3,
    replyType: payloadTypes.rakp4,
    payload,
    tag,
    consoleSessionId,
  };
  const sik = sessionIntegrityKey(context, (login.kg ?? login.password).reveal());
  const protection = { suite, keys: sessionKeys(suite, sik) };
  const established = { protection, consoleSessionId, bmcSessionId, guid: context.bmcGuid };
  const reply = await askHandshake(handshake, wire, decodeRakp4).catch((error: unknown) => {
    handshake.inDoubt(established);
    throw error;
  });
  if (reply.status !== 0) throw statusError(address, 'RAKP 4', reply.status);
  if (!sameCode(rakp4Code(context, sik), reply.code)) {
    const hint = login.kg ? 'differs from the configured one' : 'is set, and none is configured';
    throw new CodedError('bmc.kg', `the K_g key of ${address} ${hint} (RAKP 4 code)`);
  }
  return established;
};

/**
 * Opens an RMCP+ session with one cipher suite: Open Session and RAKP 1 to 4 (IPMI 2.0 sections
 * 13.17 to 13.23). Both of the BMC's codes are checked. Whoever is called off, or meets silence, half way tells
 * the BMC so that it frees the slot. Throws a CodedError; `bmc.cipherSuite` means that another suite may do.
 */
export const establish = async (handshake: Handshake): Promise<Established> => {
  const consoleSessionId = newConsoleSessionId();
  const bmcSessionId = await openSession(handshake, consoleSessionId);
  const context = await exchangeRandoms(handshake, { consoleSessionId, bmcSessionId });
  return proveKeys(handshake, context);
};
