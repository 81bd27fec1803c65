import { silentCodes } from '../core/bmc-failures.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { CallLimits, JudgeGuid } from '../core/ports.ts';
import { type AddressDeps, checkAddress } from './checks/address.ts';
import { checkAnswer } from './checks/answer.ts';
import { askIn, questionLimitMs } from './checks/ask.ts';
import { checkChassis } from './checks/chassis.ts';
import { checkCipherZero } from './checks/cipher-zero.ts';
import { checkClock } from './checks/clock.ts';
import { checkIdentity } from './checks/identity.ts';
import { loginFailure, loginFindings } from './checks/login.ts';
import { reasonOf } from './checks/reason.ts';
import { checkSlots } from './checks/slots.ts';
import { type Contact, type LoggedIn, logIn } from './client/login.ts';

export interface ExamineDeps {
  readonly contact: Contact;
  readonly resolve: AddressDeps['resolve'];
  readonly judge: JudgeGuid;
}

/**
 * The BMC as if it were met for the first time, so that a better suite than the remembered one is seen. One
 * question holds a silent BMC's lane no longer than {@link questionLimitMs}: a forced stop may be waiting.
 */
const asStranger = (contact: Contact, ip: string): Contact => ({
  ...contact,
  host: ip,
  learned: { met: false, suite: undefined },
  timing: { ...contact.timing, attemptMs: Math.min(contact.timing.attemptMs, questionLimitMs) },
});

const examineInside = async (
  { session, guid }: LoggedIn,
  contact: Contact,
  judge: JudgeGuid,
  limits: CallLimits,
): Promise<Finding[]> => {
  const { address, clock } = contact;
  const ask = askIn(session, clock, limits);
  try {
    return [
      ...loginFindings(contact),
      checkIdentity(address, guid, judge),
      ...(await checkChassis(address, ask)),
      await checkClock(address, ask, clock),
      await checkSlots(address, ask),
    ];
  } finally {
    await session.close();
  }
};

const examineLogin = async (contact: Contact, judge: JudgeGuid, limits: CallLimits): Promise<Finding[]> => {
  let loggedIn: LoggedIn;
  try {
    loggedIn = await logIn(contact, limits);
  } catch (error) {
    return [loginFailure(contact, reasonOf(error))];
  }
  return examineInside(loggedIn, contact, judge, limits);
};

/** After these nothing more is asked: one wrong password too many locks the account, and silence only costs time. */
const last: ReadonlySet<ErrorCode> = new Set<ErrorCode>([...silentCodes, 'bmc.auth']);

const isLast = (finding: Finding): boolean =>
  finding.state === 'bad' && finding.code !== undefined && last.has(finding.code);

/**
 * Examines a BMC that is spoken to natively: its address, its answer, one login, the reads of a forced stop,
 * and whether it lets strangers in. Changes nothing, leaves no session open, never throws.
 */
export const examineBmc = async (
  { contact, resolve, judge }: ExamineDeps,
  limits: CallLimits,
): Promise<readonly Finding[]> => {
  const { clock, host } = contact;
  const { finding: address, ip } = await checkAddress({ clock, resolve }, host, limits);
  if (ip === undefined) return [address];
  const stranger = asStranger(contact, ip);
  const answer = await checkAnswer(stranger, limits);
  if (answer.state === 'bad') return [address, answer];
  const inside = await examineLogin(stranger, judge, limits);
  const findings = [address, answer, ...inside];
  return inside.some(isLast) ? findings : [...findings, await checkCipherZero(stranger, limits)];
};
