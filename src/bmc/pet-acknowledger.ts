import { type CallOff, createCallOff } from '../core/call-off.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import { codeOf, messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { BmcPort, PetAcknowledgement } from '../core/ports.ts';

export interface PetAcknowledgerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly bmcOf: (server: string) => BmcPort | undefined;
}

/** Acknowledgements since the start by what became of them. */
export interface PetAcknowledgerCounts {
  /** The BMC took them. */
  readonly acknowledged: number;
  /** It refused or was silent: it sends the trap again. */
  readonly failed: number;
  /** The same one was waiting or under way. */
  readonly coalesced: number;
  /** Too many were waiting for this BMC. */
  readonly dropped: number;
  /** Now, with those under way. */
  readonly waiting: number;
}

/** Acknowledges Platform Event Traps in the background, so that BMCs do not send them again. */
export interface PetAcknowledger {
  /** Takes one; returns at once, and never throws. */
  offer(server: string, acknowledgement: PetAcknowledgement): void;
  /** Keeps out of the way of a forced stop while `work` runs: what is under way to that BMC is called off at once. */
  whileFencing<Value>(server: string, work: () => Promise<Value>): Promise<Value>;
  counts(): PetAcknowledgerCounts;
  /** Ends; what waits is let go, for its trap comes again. */
  stop(): Promise<void>;
}

interface Entry {
  readonly server: string;
  /** By what makes two of them one. */
  readonly waiting: Map<string, PetAcknowledgement>;
  running: { readonly key: string; readonly callOff: CallOff; readonly ended: Promise<void> } | undefined;
  /** Until the next one may go. */
  pause: Timer | undefined;
  /** Forced stops under way. */
  holds: number;
  /** The failure that the log has been told. */
  complained: string | undefined;
}

const attemptLimitMs = 2_000;
/** Between two to one BMC: traps can be forged by the thousand, and a BMC is a slow machine. */
const pauseMs = 100;
/** For one BMC; it sends again what is dropped here. */
const mostWaiting = 32;
/** BMCs that are spoken to at a time. */
const width = 32;

const keyOf = ({ eventData, ...rest }: PetAcknowledgement): string =>
  `${Object.values(rest).join('/')}/${eventData.toString('hex')}`;

const unsupported = 'the driver of this BMC cannot acknowledge traps';

export const createPetAcknowledger = ({ clock, log, bmcOf }: PetAcknowledgerDeps): PetAcknowledger => {
  const entries = new Map<string, Entry>();
  const counts = { acknowledged: 0, failed: 0, coalesced: 0, dropped: 0 };
  let underWay = 0;
  let stopping = false;

  const entryOf = (server: string): Entry => {
    const known = entries.get(server);
    if (known) return known;
    const idle = { running: undefined, pause: undefined, holds: 0, complained: undefined };
    const entry: Entry = { server, waiting: new Map(), ...idle };
    entries.set(server, entry);
    return entry;
  };

  /** Once for each kind of failure, until one is taken again. */
  const complain = (entry: Entry, code: string, error: string): void => {
    counts.failed += 1;
    const { server, complained } = entry;
    if (complained !== code) log.warn({ server, code, error }, 'a trap of the BMC was not acknowledged');
    entry.complained = code;
  };
  const succeed = (entry: Entry): void => {
    counts.acknowledged += 1;
    if (entry.complained !== undefined)
      log.info({ server: entry.server }, 'traps of the BMC are acknowledged again');
    entry.complained = undefined;
  };

  const attempt = async (
    entry: Entry,
    key: string,
    acknowledgement: PetAcknowledgement,
    { signal }: CallOff,
  ): Promise<void> => {
    const bmc = bmcOf(entry.server);
    if (!bmc?.acknowledgePet) return complain(entry, 'unsupported', unsupported);
    try {
      const deadline = deadlineIn(clock, attemptLimitMs);
      await bmc.acknowledgePet(acknowledgement, { deadline, priority: 'background', signal });
      succeed(entry);
    } catch (error) {
      // A forced stop needed the BMC: this one has its turn afterwards.
      if (signal.calledOff && !stopping) entry.waiting.set(key, acknowledgement);
      else if (!signal.calledOff) complain(entry, codeOf(error) ?? 'bmc.protocol', messageOf(error));
    }
  };

  const isFree = (entry: Entry): boolean =>
    !stopping && !entry.running && !entry.pause && entry.holds === 0 && underWay < width;

  const step = (entry: Entry): void => {
    const [next] = entry.waiting;
    if (!next || !isFree(entry)) return;
    const [key, acknowledgement] = next;
    entry.waiting.delete(key);
    underWay += 1;
    const callOff = createCallOff();
    const ended = attempt(entry, key, acknowledgement, callOff).finally(() => {
      underWay -= 1;
      entry.running = undefined;
      rest(entry);
      // Others may have waited for room.
      for (const one of entries.values()) step(one);
    });
    entry.running = { key, callOff, ended };
  };

  const rest = (entry: Entry): void => {
    if (stopping) return;
    entry.pause = clock.after(pauseMs, () => {
      entry.pause = undefined;
      step(entry);
    });
  };

  /** Whoever asks for a forced stop names the server: what was asked once leaves nothing behind. */
  const forgetIdle = (entry: Entry): void => {
    const { waiting, running, pause, holds, complained } = entry;
    if (waiting.size + holds > 0 || running || pause || complained !== undefined) return;
    entries.delete(entry.server);
  };

  return {
    offer(server, acknowledgement) {
      if (stopping) return;
      const entry = entryOf(server);
      const key = keyOf(acknowledgement);
      if (entry.waiting.has(key) || entry.running?.key === key) counts.coalesced += 1;
      else if (entry.waiting.size >= mostWaiting) counts.dropped += 1;
      else {
        entry.waiting.set(key, acknowledgement);
        step(entry);
      }
    },
    async whileFencing(server, work) {
      const entry = entryOf(server);
      entry.holds += 1;
      entry.running?.callOff.callOff();
      try {
        return await work();
      } finally {
        entry.holds -= 1;
        step(entry);
        forgetIdle(entry);
      }
    },
    counts() {
      const waiting = [...entries.values()].reduce((sum, entry) => sum + entry.waiting.size, underWay);
      return { ...counts, waiting };
    },
    async stop() {
      stopping = true;
      const all = [...entries.values()];
      for (const { pause, running } of all) {
        pause?.cancel();
        running?.callOff.callOff();
      }
      await Promise.all(all.map(({ running }) => running?.ended));
    },
  };
};
