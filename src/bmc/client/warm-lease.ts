import { silentCodes } from '../../core/bmc-failures.ts';
import type { Clock } from '../../core/clock.ts';
import { deadlineAt } from '../../core/deadline.ts';
import { CodedError, codeOf } from '../../core/errors.ts';
import type { CallLimits, ControlReply } from '../../core/ports.ts';
import type { LoggedIn } from './login.ts';
import type { IpmiSession } from './session.ts';
import type { WarmSession } from './warm.ts';

export interface LeaseDeps {
  readonly clock: Clock;
  readonly address: string;
  readonly warm: WarmSession;
  readonly taken: LoggedIn;
  readonly logIn: (limits: CallLimits) => Promise<LoggedIn>;
}

/** The warm session in the hands of one user. */
export interface WarmLease {
  /** The session to use now: the warm one, or the cold one that had to replace it. */
  session(): IpmiSession;
  /** Asks through the session. A first question that meets silence goes to a new session instead. */
  ask<Answer>(limits: CallLimits, question: (limits: CallLimits) => Promise<Answer>): Promise<Answer>;
  /** Sends a command, which nothing here repeats: an unanswered one leaves the session in doubt. */
  command(send: () => Promise<ControlReply>): Promise<ControlReply>;
  close(): Promise<void>;
}

/** How long a warm session may take to answer its first question before it counts as forgotten by the BMC. */
const firstLimitMs = 400;

const isLost = (error: unknown): boolean => {
  const code = codeOf(error);
  return code !== undefined && silentCodes.has(code);
};

/** Hands out the warm session `taken`; it goes back when the lease is closed, unless it was lost. */
export const leaseWarm = ({ clock, address, warm, taken, logIn }: LeaseDeps): WarmLease => {
  let current = taken;
  let discarded = false;
  let proven = false;
  let broken = false;

  const discard = () => {
    discarded = true;
    warm.discard(taken);
  };

  const replace = async (limits: CallLimits): Promise<void> => {
    discard();
    current = await logIn(limits);
    if (current.guid === taken.guid) return;
    throw new CodedError(
      'bmc.identity',
      `another machine answers at ${address} than before; nothing was sent to it`,
    );
  };

  const askFirst = async <Answer>(
    limits: CallLimits,
    question: (limits: CallLimits) => Promise<Answer>,
  ): Promise<Answer> => {
    proven = true;
    const atMs = Math.min(limits.deadline.atMs, clock.nowMs() + firstLimitMs);
    try {
      return await question({ ...limits, deadline: deadlineAt(clock, atMs) });
    } catch (error) {
      if (!isLost(error) || limits.signal?.calledOff) throw error;
      await replace(limits);
      return question(limits);
    }
  };

  return {
    session: () => current.session,
    async ask(limits, question) {
      try {
        return await (proven ? question(limits) : askFirst(limits, question));
      } catch (error) {
        broken ||= isLost(error);
        throw error;
      }
    },
    async command(send) {
      const reply = await send();
      broken ||= reply.kind === 'unanswered';
      return reply;
    },
    async close() {
      if (current !== taken) return current.session.close();
      if (discarded) return;
      if (broken) discard();
      else warm.giveBack(taken);
    },
  };
};
