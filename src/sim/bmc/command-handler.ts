import type { IpmiCommand } from '../../bmc/ipmi/command.ts';
import { completionCodes } from '../../bmc/ipmi/completion-codes.ts';
import type { ActiveSession, SessionSlot } from './sessions.ts';

/** The session a command came in on. */
export interface CommandSession {
  readonly slot: SessionSlot;
  readonly active: ActiveSession;
  /** Ends the session once this command is answered. */
  end(): void;
}

export type Answer<Response> = { readonly value: Response } | { readonly completionCode: number };
type Run<Request, Response> = (request: Request, session: CommandSession | undefined) => Answer<Response>;

/** One command of the BMC, from the bytes of its request to those of its answer. */
export interface Handler {
  readonly netFn: number;
  readonly command: number;
  /** The least level that may use it (IPMI 2.0 appendix G); `sessionless`: anyone, before a login. */
  readonly privilege: number | 'sessionless';
  answer(data: Buffer, session: CommandSession | undefined): { completionCode: number; data: Buffer };
}

export const noData = Buffer.alloc(0);
export const accepted = { value: undefined };
/** The number of the BMC's only LAN channel. */
export const lanChannel = 1;

export const handler = <Request, Response>(
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
