import type { Clock } from '../../core/clock.ts';
import { type Finding, good, warning } from '../../core/finding.ts';
import { getSelTime } from '../ipmi/commands/get-sel-time.ts';
import { ipmiTime } from '../ipmi/timestamp.ts';
import { type Ask, unanswered } from './ask.ts';

const mostOffSeconds = 60;

const remedy = 'Let the BMC take its time in UTC from NTP, so that its event log can be read beside others.';

const lengthText = (seconds: number): string => {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
};

const clockFinding = (address: string, bmcSeconds: number, ourSeconds: number): Finding => {
  if (ipmiTime(bmcSeconds).kind !== 'utc')
    return warning('clock', `the clock of ${address} is not set`, remedy);
  const off = bmcSeconds - ourSeconds;
  const seconds = Math.round(Math.abs(off));
  if (seconds <= mostOffSeconds)
    return good('clock', `the clock of ${address} is right within ${mostOffSeconds} s`);
  const direction = off < 0 ? 'behind' : 'ahead of';
  return warning('clock', `the clock of ${address} is ${lengthText(seconds)} ${direction} ours`, remedy);
};

/** How far the clock that stamps the BMC's event log is from ours. Never throws. */
export const checkClock = async (address: string, ask: Ask, clock: Clock): Promise<Finding> => {
  try {
    return clockFinding(address, await ask(getSelTime, undefined), clock.wallMs() / 1000);
  } catch (error) {
    return unanswered('clock', error, `${address} does not tell its time`);
  }
};
