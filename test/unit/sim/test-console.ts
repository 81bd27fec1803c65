import { type CipherSuite, cipherSuites } from '../../../src/bmc/ipmi/cipher-suites.ts';
import { decodeResponse, encodeRequest, type ResponseMessage } from '../../../src/bmc/ipmi/message.ts';
import {
  decodeOpenSessionResponse,
  encodeOpenSessionRequest,
  type OpenSessionResponse,
  suiteAlgorithms,
} from '../../../src/bmc/ipmi/open-session.ts';
import { decodePacket, encodeRmcpPlus, payloadTypes } from '../../../src/bmc/ipmi/packet.ts';
import { encodeRakp1, nameOnlyLookup } from '../../../src/bmc/ipmi/rakp-1.ts';
import { decodeRakp2, type Rakp2 } from '../../../src/bmc/ipmi/rakp-2.ts';
import { encodeRakp3 } from '../../../src/bmc/ipmi/rakp-3.ts';
import { decodeRakp4, type Rakp4 } from '../../../src/bmc/ipmi/rakp-4.ts';
import {
  type RakpContext,
  rakp3Code,
  rakp4Code,
  sessionIntegrityKey,
  sessionKeys,
} from '../../../src/bmc/ipmi/rakp-crypto.ts';
import { decodeRmcp } from '../../../src/bmc/ipmi/rmcp.ts';
import { type Protection, seal, unseal } from '../../../src/bmc/ipmi/sealed.ts';
import type { Bmc } from '../../../src/sim/bmc/bmc.ts';

export const suiteOf = (id: number): CipherSuite => {
  const suite = cipherSuites.get(id);
  if (!suite) throw new Error(`no suite ${id}`);
  return suite;
};

/** A console that takes every step of a session by hand, so that a test can take one twice or wrongly. */
export interface ConsoleOptions {
  readonly bmc: Bmc;
  readonly suite?: number;
  readonly user?: string;
  readonly password?: string;
  readonly kg?: string;
  /** RAKP 1's role byte; default administrator by name only. */
  readonly role?: number;
  readonly peer?: string;
  readonly consoleSessionId?: number;
}

export interface Request {
  readonly netFn: number;
  readonly command: number;
  readonly data?: Buffer;
  /** The request number (rqSeq), by default the next one. */
  readonly sequence?: number;
}

export interface OpenConsole {
  readonly bmcSessionId: number;
  readonly protection: Protection;
  /** A request as a datagram with the next session sequence number, or the one given. */
  sealed(request: Request, sessionSequence?: number): Buffer;
  /** What the BMC says to a datagram of this session; undefined is silence. */
  send(datagram: Buffer): ResponseMessage | undefined;
  ask(request: Request): ResponseMessage | undefined;
}

export interface TestConsole {
  open(): OpenSessionResponse;
  rakp1(bmcSessionId: number): Rakp2;
  /** Undefined where the BMC stays silent. */
  rakp3(bmcSessionId: number, rakp2: Rakp2, status?: number): Rakp4 | undefined;
  login(): OpenConsole;
}

const noData = Buffer.alloc(0);

const unwrap = <Value>(decoded: { ok: true; value: Value } | { ok: false; failure: string }): Value => {
  if (!decoded.ok) throw new Error(decoded.failure);
  return decoded.value;
};

/** A payload outside of a session as a datagram. */
export const unsealed = (payloadType: number, payload: Buffer, sessionId = 0): Buffer =>
  encodeRmcpPlus({
    payloadType,
    payload,
    sessionId,
    sequence: 0,
    encrypted: false,
    authenticated: false,
    trailer: noData,
  });

export const packetOf = (datagram: Buffer) => unwrap(decodePacket(unwrap(decodeRmcp(datagram)).body));

const converse = (options: ConsoleOptions, bmcSessionId: number, protection: Protection): OpenConsole => {
  const { bmc, peer = 'console' } = options;
  let sessionSequence = 0;
  let requestSequence = 0;
  const sealed = (request: Request, sequence = ++sessionSequence) => {
    requestSequence = (requestSequence + 1) % 64;
    const payload = encodeRequest({ data: noData, sequence: requestSequence, ...request });
    return seal(protection, {
      payloadType: payloadTypes.ipmiMessage,
      sessionId: bmcSessionId,
      sequence,
      payload,
    });
  };
  const send = (datagram: Buffer) => {
    const reply = bmc(datagram, peer);
    if (!reply) return undefined;
    const packet = packetOf(reply);
    if (packet.format !== 'rmcp+') throw new Error('not RMCP+');
    return unwrap(decodeResponse(unwrap(unseal(protection, reply, packet))));
  };
  return { bmcSessionId, protection, sealed, send, ask: (request) => send(sealed(request)) };
};

export const createTestConsole = (options: ConsoleOptions): TestConsole => {
  const { bmc, peer = 'console', consoleSessionId = 0xa0a2a3a4, role = nameOnlyLookup | 4 } = options;
  const suite = suiteOf(options.suite ?? 17);
  const password = Buffer.from(options.password ?? 'a-password-of-20-byt');
  const userName = Buffer.from(options.user ?? 'admin');
  const consoleRandom = Buffer.alloc(16, 0x5a);

  const exchange = (payloadType: number, payload: Buffer): Buffer | undefined => {
    const reply = bmc(unsealed(payloadType, payload), peer);
    return reply && packetOf(reply).payload;
  };
  const open = () => {
    const algorithms = suiteAlgorithms(suite);
    const request = encodeOpenSessionRequest({ tag: 1, privilege: 0, consoleSessionId, algorithms });
    return unwrap(decodeOpenSessionResponse(exchange(payloadTypes.openSessionRequest, request) ?? noData));
  };
  const rakp1 = (bmcSessionId: number) => {
    const request = encodeRakp1({ tag: 2, bmcSessionId, consoleRandom, role, userName });
    return unwrap(decodeRakp2(exchange(payloadTypes.rakp1, request) ?? noData));
  };
  const contextOf = (bmcSessionId: number, { accepted }: Rakp2): RakpContext => {
    const { bmcRandom = noData, bmcGuid = noData } = accepted ?? {};
    return { suite, consoleSessionId, bmcSessionId, consoleRandom, bmcRandom, bmcGuid, role, userName };
  };
  const rakp3 = (bmcSessionId: number, rakp2: Rakp2, status = 0) => {
    const code = status === 0 ? rakp3Code(contextOf(bmcSessionId, rakp2), password) : noData;
    const reply = exchange(payloadTypes.rakp3, encodeRakp3({ tag: 3, status, bmcSessionId, code }));
    return reply && unwrap(decodeRakp4(reply));
  };
  const login = () => {
    const opened = open();
    if (!opened.accepted) throw new Error(`open session: status ${opened.status}`);
    const { bmcSessionId } = opened.accepted;
    const rakp2 = rakp1(bmcSessionId);
    const rakp4 = rakp3(bmcSessionId, rakp2);
    const context = contextOf(bmcSessionId, rakp2);
    const sik = sessionIntegrityKey(context, options.kg === undefined ? password : Buffer.from(options.kg));
    if (rakp4?.status !== 0) throw new Error(`login: status ${rakp2.status} ${rakp4?.status}`);
    if (!rakp4.code.equals(rakp4Code(context, sik))) throw new Error('RAKP 4 is not right');
    return converse(options, bmcSessionId, { suite, keys: sessionKeys(suite, sik) });
  };
  return { open, rakp1, rakp3, login };
};
