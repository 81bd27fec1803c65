import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns } from '../command.ts';
import { tooShort } from '../decoded.ts';

export interface ChannelAuthCapabilitiesRequest {
  /** 0Eh: the channel the request came in on. */
  readonly channel: number;
  readonly privilege: number;
}

export interface ChannelAuthCapabilities {
  readonly channel: number;
  /** The channel offers IPMI 2.0 sessions (RMCP+). */
  readonly ipmi20: boolean;
  /** K_g is set to something other than zeros: sessions need it. */
  readonly kgSet: boolean;
  /** Accounts with a name exist; FreeIPMI refuses to log in with one where this is not said. */
  readonly namedUsers: boolean;
  /** An account without a name, but with a password, exists. */
  readonly namelessUsers: boolean;
}

const askForIpmi20 = 0x80;
const extendedBit = 0x80;
const kgBit = 0x20;
const namedUsersBit = 0x04;
const namelessUsersBit = 0x02;
const ipmi20Bit = 0x02;
const responseLength = 8;

/** Get Channel Authentication Capabilities, IPMI 2.0 section 22.13; answered before any session. */
export const getChannelAuthCapabilities: IpmiCommand<
  ChannelAuthCapabilitiesRequest,
  ChannelAuthCapabilities
> = {
  name: 'Get Channel Authentication Capabilities',
  netFn: netFns.application,
  command: 0x38,
  encodeRequest: ({ channel, privilege }) => Buffer.from([askForIpmi20 | channel, privilege]),
  decodeRequest(data) {
    if (data.length < 2) return tooShort;
    return ok({ channel: (data[0] as number) & 0x0f, privilege: (data[1] as number) & 0x0f });
  },
  encodeResponse({ channel, ipmi20, kgSet, namedUsers, namelessUsers }) {
    const data = Buffer.alloc(responseLength);
    data[0] = channel;
    data[1] = ipmi20 ? extendedBit : 0;
    data[2] = (kgSet ? kgBit : 0) | (namedUsers ? namedUsersBit : 0) | (namelessUsers ? namelessUsersBit : 0);
    data[3] = ipmi20 ? ipmi20Bit : 0;
    return data;
  },
  decodeResponse(data) {
    if (data.length < responseLength) return tooShort;
    const extended = ((data[1] as number) & extendedBit) !== 0;
    const login = data[2] as number;
    return ok({
      channel: (data[0] as number) & 0x0f,
      ipmi20: extended && ((data[3] as number) & ipmi20Bit) !== 0,
      kgSet: (login & kgBit) !== 0,
      namedUsers: (login & namedUsersBit) !== 0,
      namelessUsers: (login & namelessUsersBit) !== 0,
    });
  },
};
