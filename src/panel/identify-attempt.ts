import { passingCodes } from '../core/bmc-failures.ts';
import { unlessCalledOff } from '../core/call-off.ts';
import { CodedError, codeOf, type ErrorCode, messageOf } from '../core/errors.ts';
import type { Reason } from '../core/outcome.ts';
import type { BmcPort, BmcSession, CallLimits, JudgeGuid } from '../core/ports.ts';

export interface AttemptDeps {
  readonly bmc: BmcPort;
  /** A lamp on the wrong box sends somebody to pull out the wrong server. */
  readonly judge: JudgeGuid;
  /** Whether a power that is read now means that the server is back, so that its lamp is not lit any more. */
  readonly isBack: (power: 'on' | 'off') => boolean;
}

/** What became of one attempt; `sent` where the lamp may have been told. */
export type AttemptResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'back' }
  | { readonly kind: 'failed'; readonly sent: boolean; readonly reason: Reason };

/** Failures that can pass by themselves; after any other, asking again could lock an account and helps nobody. */
const canPass: ReadonlySet<ErrorCode> = new Set<ErrorCode>([...passingCodes, 'identify.notSeen']);

export const isHopeless = ({ code }: Reason): boolean => !canPass.has(code);

const calledOff = () => new CodedError('bmc.timeout', 'called off before the BMC answered');

const refuseStranger = (judge: JudgeGuid, { guid }: BmcSession): void => {
  const judgement = judge(guid);
  if (typeof judgement === 'object') throw new CodedError(judgement.code, judgement.message);
};

/** A BMC that does not tell the state of its lamp is believed. */
const refuseUnseen = async (session: BmcSession, lit: boolean, limits: CallLimits): Promise<void> => {
  const state = await session.readIdentify(limits);
  if (state === undefined || lit === (state !== 'off')) return;
  throw new CodedError('identify.notSeen');
};

/**
 * Lights the lamp for `seconds`, or puts it out where `seconds` is 0 (Chassis Identify, IPMI 2.0 section 28.5), and
 * reads it back. The power is read before the lamp is lit: the server may be back without anybody having looked.
 * Never throws.
 */
export const attemptLamp = async (
  { bmc, judge, isBack }: AttemptDeps,
  seconds: number,
  limits: CallLimits,
): Promise<AttemptResult> => {
  let session: BmcSession | undefined;
  let sent = false;
  const unlessOff = <Value>(call: Promise<Value>) => unlessCalledOff(limits.signal, call, calledOff);
  try {
    const opening = bmc.open(limits);
    session = await unlessCalledOff(limits.signal, opening, calledOff, (late) => void late.close());
    refuseStranger(judge, session);
    if (seconds > 0 && isBack(await unlessOff(session.readPower(limits)))) return { kind: 'back' };
    sent = true;
    await unlessOff(session.identify(seconds > 0 ? { seconds } : 'off', limits));
    await unlessOff(refuseUnseen(session, seconds > 0, limits));
    return { kind: 'done' };
  } catch (error) {
    const reason: Reason = { code: codeOf(error) ?? 'bmc.protocol', message: messageOf(error) };
    return { kind: 'failed', sent, reason };
  } finally {
    void session?.close();
  }
};
