import { isIP } from 'node:net';
import { unlessCalledOff } from '../../core/call-off.ts';
import { type Clock, timedOut, within } from '../../core/clock.ts';
import { CodedError, messageOf } from '../../core/errors.ts';
import { type Finding, failed, good, warning } from '../../core/finding.ts';
import type { CallLimits } from '../../core/ports.ts';

export interface AddressDeps {
  readonly clock: Clock;
  /** The address behind a host name; rejects where there is none. */
  readonly resolve: (name: string) => Promise<string>;
}

/** What there is to say of the configured address, and the IP address it leads to, where it leads anywhere. */
export interface AddressChecked {
  readonly finding: Finding;
  readonly ip?: string;
}

/** A name service that takes longer than this is of no use in a forced stop. */
const resolveLimitMs = 3000;

const givenUp = (): CodedError => new CodedError('bmc.unreachable', 'the question was called off');

const resolveWithin = async ({ clock, resolve }: AddressDeps, name: string, limits: CallLimits) => {
  const limitMs = Math.min(resolveLimitMs, limits.deadline.remainingMs());
  const ip = await within(clock, limitMs, unlessCalledOff(limits.signal, resolve(name), givenUp));
  if (ip === timedOut) throw new CodedError('bmc.unreachable', `no answer in ${limitMs / 1000} s`);
  return ip;
};

/** Whether the configured host is an IP address, or a name that leads to one. Never throws. */
export const checkAddress = async (
  deps: AddressDeps,
  host: string,
  limits: CallLimits,
): Promise<AddressChecked> => {
  if (isIP(host) !== 0)
    return { ip: host, finding: good('address', `${host} is an IP address, so no name service is needed`) };
  try {
    const ip = await resolveWithin(deps, host, limits);
    const finding = warning(
      'address',
      `${host} is a name (now ${ip}), so a forced stop needs the name service on the night of the failure`,
      'Write the IP address of the BMC into the configuration.',
    );
    return { ip, finding };
  } catch (error) {
    const message = `the name service knows no IPv4 address of ${host}: ${messageOf(error)}`;
    return { finding: failed('address', 'bad', { code: 'bmc.unreachable', message }) };
  }
};
