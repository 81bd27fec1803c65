import type { Clock } from '../../core/clock.ts';
import { deadlineAt } from '../../core/deadline.ts';
import { codeOf } from '../../core/errors.ts';
import { type Check, type Finding, failed, good } from '../../core/finding.ts';
import type { CallLimits } from '../../core/ports.ts';
import type { IpmiSession } from '../client/session.ts';
import type { IpmiCommand } from '../ipmi/command.ts';
import { reasonOf } from './reason.ts';

/** Asks one question within a session. Throws a CodedError with a `bmc.*` code. */
export type Ask = <Request, Response>(
  command: IpmiCommand<Request, Response>,
  request: Request,
) => Promise<Response>;

/** How long one question of an examination may take, also to a BMC that says "busy" all the time. */
export const questionLimitMs = 2000;

/** Questions within `session`, each with a share of the time in `limits`. */
export const askIn =
  (session: IpmiSession, clock: Clock, limits: CallLimits): Ask =>
  (command, request) => {
    const atMs = Math.min(limits.deadline.atMs, clock.nowMs() + questionLimitMs);
    return session.request(command, request, { ...limits, deadline: deadlineAt(clock, atMs) });
  };

/** A question that many BMCs do not know, and that no forced stop rests on: `without` says what it leaves untold. */
export const unanswered = (check: Check, error: unknown, without: string): Finding => {
  const code = codeOf(error);
  if (code === 'bmc.rejected' || code === 'bmc.privilege') return good(check, without);
  const reason = reasonOf(error);
  return failed(check, 'warning', { ...reason, message: `${without}: ${reason.message}` });
};
