import type { Clock } from '../core/clock.ts';
import { deadlineAt } from '../core/deadline.ts';
import { CodedError } from '../core/errors.ts';
import type { CallLimits } from '../core/ports.ts';
import type { Exchange } from './client/exchange.ts';
import { completionError } from './client/failures.ts';
import { askPlain } from './client/plain-ask.ts';
import { decodeAsf, encodeAsf } from './ipmi/asf.ts';
import {
  type ChannelAuthCapabilities,
  getChannelAuthCapabilities,
} from './ipmi/commands/get-channel-auth-capabilities.ts';
import { privilegeLevels } from './ipmi/privilege.ts';
import { decodeRmcp, encodeRmcp } from './ipmi/rmcp.ts';

/** What a BMC tells without any login. */

const pingLimitMs = 300;
const thisChannel = 0x0e;
const tagRange = 0xfe;

/** Whether the BMC answers an ASF presence ping within 300 ms. */
export const answersPing = async (exchange: Exchange, clock: Clock, limits: CallLimits): Promise<boolean> => {
  const tag = Math.floor(clock.nowMs()) % tagRange;
  const deadline = deadlineAt(clock, Math.min(limits.deadline.atMs, clock.nowMs() + pingLimitMs));
  const question = {
    frame: () => encodeRmcp('asf', encodeAsf({ type: 'ping', tag })),
    resend: true,
    read(datagram: Buffer) {
      const rmcp = decodeRmcp(datagram);
      if (!rmcp.ok || rmcp.value.rmcpClass !== 'asf') return undefined;
      const asf = decodeAsf(rmcp.value.body);
      return asf.ok && asf.value.type === 'pong' && asf.value.tag === tag ? true : undefined;
    },
  };
  try {
    return await exchange.ask(question, { ...limits, deadline });
  } catch {
    return false;
  }
};

/** What the channel offers: IPMI 2.0 or not, K_g set or not. Throws a CodedError with a `bmc.*` code. */
export const channelCapabilities = async (
  exchange: Exchange,
  address: string,
  limits: CallLimits,
): Promise<ChannelAuthCapabilities> => {
  const { decodeResponse, name } = getChannelAuthCapabilities;
  const asked = { channel: thisChannel, privilege: privilegeLevels.operator };
  const reply = await askPlain(exchange, getChannelAuthCapabilities, asked, limits);
  if (reply.completionCode !== 0) throw completionError(address, name, reply.completionCode);
  const capabilities = decodeResponse(reply.data);
  if (capabilities.ok) return capabilities.value;
  throw new CodedError('bmc.version', `${address} does not say that it speaks IPMI 2.0`);
};
