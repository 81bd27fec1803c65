import { passingCodes } from '../../core/bmc-failures.ts';
import { createCallOff } from '../../core/call-off.ts';
import { type Clock, type Timer, within } from '../../core/clock.ts';
import { deadlineIn } from '../../core/deadline.ts';
import { codeOf } from '../../core/errors.ts';
import type { CallLimits } from '../../core/ports.ts';
import { getDeviceId } from '../ipmi/commands/get-device-id.ts';
import { getSessionInfo } from '../ipmi/commands/get-session-info.ts';
import type { LoggedIn } from './login.ts';

/** Times of a warm session; all in milliseconds. */
export interface WarmTiming {
  /** Pause between two signs of life; must stay below the idle limit of the BMC (60 s by the specification, less in some). */
  readonly keepAliveMs: number;
  /** Limit of one background call. */
  readonly callLimitMs: number;
  /** First and longest pause before a lost session is opened again. */
  readonly reopenFirstMs: number;
  readonly reopenLongestMs: number;
  /** How long the end of everything waits for a login under way. */
  readonly endLimitMs: number;
}

export const defaultWarmTiming: WarmTiming = {
  keepAliveMs: 15_000,
  callLimitMs: 5_000,
  reopenFirstMs: 1_000,
  reopenLongestMs: 300_000,
  endLimitMs: 700,
};

/** Slots that must stay free for others once the warm session is open. */
const slotsLeftFree = 1;

export interface WarmDeps {
  readonly clock: Clock;
  readonly timing: WarmTiming;
  readonly logIn: (limits: CallLimits) => Promise<LoggedIn>;
}

/** One session kept open to one BMC, so that a forced stop need not log in first. */
export interface WarmSession {
  /** Takes the session, if it is there and nobody has it; it must come back by {@link giveBack} or {@link discard}. */
  take(): LoggedIn | undefined;
  giveBack(session: LoggedIn): void;
  /** The session did not answer: it is closed, and opened again a little later. */
  discard(session: LoggedIn): void;
  /** Closes the session and opens no other. */
  close(): Promise<void>;
}

/** Keeps one session warm from now on, until a login is refused. */
export const keepWarm = ({ clock, timing, logIn }: WarmDeps): WarmSession => {
  let idle: LoggedIn | undefined;
  let timer: Timer | undefined;
  let failures = 0;
  let closed = false;
  /** What is being asked or opened now; it may leave a session behind. */
  let working: Promise<void> = Promise.resolve();
  const hurry = createCallOff();

  const background = (): CallLimits => ({
    deadline: deadlineIn(clock, timing.callLimitMs),
    priority: 'background',
    signal: hurry.signal,
  });

  const after = (delayMs: number, run: () => Promise<void>) => {
    timer?.cancel();
    const start = () => {
      working = run();
    };
    if (!closed) timer = clock.after(delayMs, start);
  };

  const reopenLater = () => {
    failures += 1;
    after(Math.min(timing.reopenLongestMs, timing.reopenFirstMs * 2 ** (failures - 1)), reopen);
  };

  const hasRoom = async ({ session }: LoggedIn): Promise<boolean> => {
    const { possible, active } = await session.request(getSessionInfo, { by: 'current' }, background());
    return possible - active >= slotsLeftFree;
  };

  const reopen = async (): Promise<void> => {
    try {
      const opened = await logIn(background());
      const room = await hasRoom(opened).catch(() => false);
      if (closed || !room) {
        await opened.session.close();
        return reopenLater();
      }
      failures = 0;
      settle(opened);
    } catch (error) {
      if (passingCodes.has(codeOf(error) ?? 'bmc.protocol')) reopenLater();
    }
  };

  const settle = (session: LoggedIn) => {
    idle = session;
    after(timing.keepAliveMs, keepAlive);
  };

  const keepAlive = async (): Promise<void> => {
    const session = idle;
    if (!session) return;
    idle = undefined;
    try {
      await session.session.request(getDeviceId, undefined, background());
      giveBack(session);
    } catch {
      discard(session);
    }
  };

  const giveBack = (session: LoggedIn) => {
    if (closed) void session.session.close();
    else settle(session);
  };

  const discard = (session: LoggedIn) => {
    void session.session.close();
    reopenLater();
  };

  after(0, reopen);
  return {
    take() {
      const session = idle;
      idle = undefined;
      if (session) timer?.cancel();
      return session;
    },
    giveBack,
    discard,
    async close() {
      closed = true;
      timer?.cancel();
      const session = idle;
      idle = undefined;
      await session?.session.close();
      // A login that is broken off leaves its slot taken until the BMC gives up: it is given time to end well.
      await within(clock, timing.endLimitMs, working);
      hurry.callOff();
      await working;
    },
  };
};
