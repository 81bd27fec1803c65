import { fail, ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns } from '../command.ts';
import { type Decoded, tooShort } from '../decoded.ts';

/** Which session is asked about: the one that carries the question, the n-th active one (from 1), or by its names. */
export type SessionInfoRequest =
  | { readonly by: 'current' }
  | { readonly by: 'index'; readonly index: number }
  | { readonly by: 'handle'; readonly handle: number }
  | { readonly by: 'id'; readonly bmcSessionId: number };

export interface SessionInfo {
  /** 0 where there is no such session. */
  readonly handle: number;
  /** Sessions the BMC can have active at once, 0-63. */
  readonly possible: number;
  /** Sessions active now, on all channels. */
  readonly active: number;
  /** Who has the session; absent where there is none. */
  readonly session?: {
    readonly userId: number;
    readonly privilege: number;
    readonly ipmi20: boolean;
    readonly channel: number;
  };
}

const current = 0x00;
const byHandle = 0xfe;
const byId = 0xff;
const headLength = 3;
const responseLength = 6;
const slotMask = 0x3f;
const nibble = 0x0f;
/** On a LAN channel: 1 is RMCP+, 0 is IPMI 1.5. */
const protocolShift = 4;

const decodeRequest = (data: Buffer): Decoded<SessionInfoRequest> => {
  if (data.length < 1) return tooShort;
  const which = data[0] as number;
  if (which === current) return ok({ by: 'current' });
  if (which === byHandle) {
    return data.length < 2 ? tooShort : ok({ by: 'handle', handle: data[1] as number });
  }
  if (which === byId) {
    return data.length < 5 ? tooShort : ok({ by: 'id', bmcSessionId: data.readUInt32LE(1) });
  }
  return which > slotMask ? fail('badValue') : ok({ by: 'index', index: which });
};

/**
 * Get Session Info, IPMI 2.0 section 22.20: whether a slot is free before one is kept. Of a LAN session the
 * response goes on with addresses of the console; they are not read here.
 */
export const getSessionInfo: IpmiCommand<SessionInfoRequest, SessionInfo> = {
  name: 'Get Session Info',
  netFn: netFns.application,
  command: 0x3d,
  encodeRequest(request) {
    if (request.by === 'current') return Buffer.from([current]);
    if (request.by === 'index') return Buffer.from([request.index]);
    if (request.by === 'handle') return Buffer.from([byHandle, request.handle]);
    const data = Buffer.from([byId, 0, 0, 0, 0]);
    data.writeUInt32LE(request.bmcSessionId, 1);
    return data;
  },
  decodeRequest,
  encodeResponse({ handle, possible, active, session }) {
    const head = [handle, possible, active];
    if (!session) return Buffer.from(head);
    const { userId, privilege, ipmi20, channel } = session;
    return Buffer.from([...head, userId, privilege, ((ipmi20 ? 1 : 0) << protocolShift) | channel]);
  },
  decodeResponse(data) {
    if (data.length < headLength) return tooShort;
    const [handle = 0, possible = 0, active = 0, userId = 0, privilege = 0, channel = 0] = data;
    const head = { handle, possible: possible & slotMask, active: active & slotMask };
    if (data.length < responseLength) return ok(head);
    const session = {
      userId: userId & slotMask,
      privilege: privilege & nibble,
      ipmi20: channel >> protocolShift === 1,
      channel: channel & nibble,
    };
    return ok({ ...head, session });
  },
};
