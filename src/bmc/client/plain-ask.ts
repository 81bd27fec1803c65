import type { CallLimits } from '../../core/ports.ts';
import type { IpmiCommand } from '../ipmi/command.ts';
import type { ResponseMessage } from '../ipmi/message.ts';
import { plainRequest, plainResponse } from './datagram.ts';
import type { Exchange } from './exchange.ts';

/**
 * Asks outside of any session what the specification lets anybody ask (IPMI 2.0 appendix G, privilege "p"). Anybody
 * could have answered, too. Throws a CodedError with a `bmc.*` code where nobody does.
 */
export const askPlain = <Request, Response>(
  exchange: Exchange,
  { netFn, command, encodeRequest }: IpmiCommand<Request, Response>,
  request: Request,
  limits: CallLimits,
): Promise<ResponseMessage> => {
  const data = encodeRequest(request);
  return exchange.ask(
    {
      frame: () => plainRequest({ netFn, command, sequence: 0, data }),
      resend: true,
      read(datagram) {
        const message = plainResponse(datagram);
        return message?.netFn === netFn && message.command === command ? message : undefined;
      },
    },
    limits,
  );
};
