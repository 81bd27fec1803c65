import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { TrapNotification } from './codec/notification.ts';

/** Sends the acknowledgement where the inform was recorded; told either way. */
export type Respond = (recorded: boolean) => void;

/** What became of an inform that says the same as this one. */
export type EarlierTry = 'none' | 'pending' | 'recorded';

/**
 * Informs by what they say. A sender that hears nothing says the same again, over v3 in other bytes each time (a new
 * msgID, RFC 3412 section 6.2): while the first is being recorded, and after its acknowledgement was lost. Such a try
 * is no trap of its own, or one that waits in a storm would feed the storm.
 */
export interface InformTries {
  /** A try that came; it is the one to be answered, where none is recorded yet. */
  come(identity: string, respond: Respond): EarlierTry;
  /** The first try is recorded, or is not and everything begins anew; answers the latest. */
  settle(identity: string, recorded: boolean): void;
}

const mostRecorded = 1024;
/** Longer than senders go on, and shorter than the repeats that are no news anyway. */
const rememberMs = 60_000;

/** The same for every try of one inform: RFC 3416 section 4.2.7 keeps its request-id. */
export const informIdentity = (notification: TrapNotification, requestId: number): string => {
  const { source, version, trapOid, uptimeTicks, varbinds } = notification;
  const { address, port } = source;
  const hash = createHash('sha256');
  hash.update(`${address} ${port} ${version} ${requestId} ${uptimeTicks} ${trapOid}\0`);
  for (const { oid, value } of varbinds) {
    hash.update(`${oid} ${value.type} `);
    if (value.type !== 'null') hash.update(Buffer.isBuffer(value.value) ? value.value : `${value.value}`);
    hash.update('\0');
  }
  return hash.digest('base64');
};

export const createInformTries = (clock: Pick<Clock, 'nowMs'>): InformTries => {
  /** Bounded by what the intake takes at a time. */
  const pending = new Map<string, Respond>();
  /** When each was recorded, oldest first. */
  const recordedAtMs = new Map<string, number>();

  const isRecorded = (identity: string): boolean => {
    const atMs = recordedAtMs.get(identity);
    return atMs !== undefined && clock.nowMs() - atMs <= rememberMs;
  };
  const remember = (identity: string): void => {
    recordedAtMs.delete(identity);
    recordedAtMs.set(identity, clock.nowMs());
    const [oldest] = recordedAtMs.keys();
    if (recordedAtMs.size > mostRecorded && oldest !== undefined) recordedAtMs.delete(oldest);
  };

  return {
    come(identity, respond) {
      if (isRecorded(identity)) return 'recorded';
      const earlier = pending.has(identity) ? 'pending' : 'none';
      pending.set(identity, respond);
      return earlier;
    },
    settle(identity, recorded) {
      const respond = pending.get(identity);
      pending.delete(identity);
      if (recorded) remember(identity);
      respond?.(recorded);
    },
  };
};
