import { isIP } from 'node:net';
import { type Clock, timedOut, within } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import { createLane } from '../../core/lane.ts';

/** The address of a host; rejects, in bounded time, where it is not known. */
export type AddressOf = (host: string) => Promise<string>;

export interface AddressBookDeps {
  readonly clock: Clock;
  /** Asks the system, which may take for ever. */
  readonly lookup: AddressOf;
}

/** An address is asked for again after this. */
const freshMs = 60_000;
const lookupLimitMs = 3_000;

interface Entry {
  readonly address: string;
  readonly atMs: number;
}

/**
 * Resolves the names of receivers. The system's resolver blocks one of the few threads that forced stops also need for
 * theirs, so there is one question at a time for all sinks together; a name that was known once goes on with its last
 * address while the resolver hangs. Addresses are not resolved at all.
 */
export const createAddressBook = ({ clock, lookup }: AddressBookDeps): AddressOf => {
  const lane = createLane();
  const known = new Map<string, Entry>();
  const asking = new Map<string, Promise<string>>();

  const ask = (host: string): Promise<string> => {
    const question =
      asking.get(host) ??
      lane
        .run('background', () => lookup(host))
        .then((address) => {
          known.set(host, { address, atMs: clock.nowMs() });
          return address;
        })
        .finally(() => asking.delete(host));
    asking.set(host, question);
    return question;
  };

  return async (host) => {
    if (isIP(host) !== 0) return host;
    const entry = known.get(host);
    if (entry && clock.nowMs() - entry.atMs < freshMs) return entry.address;
    const failure = await within(
      clock,
      lookupLimitMs,
      ask(host).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      ),
    );
    const latest = known.get(host);
    if (latest) return latest.address;
    const why = failure === timedOut ? 'the resolver does not answer' : failure;
    throw new Error(`the name ${host} has no address: ${why}`);
  };
};
