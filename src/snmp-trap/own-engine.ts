import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { lastBoots, windowSeconds } from './engine-window.ts';

/** This gateway as an SNMP engine: the authoritative one for the informs it takes and the traps it sends (RFC 3411 section 5). */
export interface OwnEngine {
  readonly id: Buffer;
  /** How often it started under this id. */
  readonly boots: number;
  /** Seconds since this start. */
  time(): number;
  /** RFC 3414 section 3.2 step 7a: an inform tells our own time, give or take 150 s. */
  inWindow(boots: number, time: number): boolean;
}

/** Enterprise 32473, which RFC 5612 keeps for examples, format 5 (octets): Noroshi has no number of its own. */
const idPrefix = Buffer.from('80007ed905', 'hex');
const randomIdBytes = 12;

export const newEngineId = (): Buffer => Buffer.concat([idPrefix, randomBytes(randomIdBytes)]);

export const createOwnEngine = (clock: Pick<Clock, 'nowMs'>, id: Buffer, boots: number): OwnEngine => {
  const startedMs = clock.nowMs();
  const time = () => Math.floor((clock.nowMs() - startedMs) / 1000);
  return {
    id,
    boots,
    time,
    inWindow: (theirBoots, theirTime) =>
      theirBoots === boots && boots < lastBoots && Math.abs(theirTime - time()) <= windowSeconds,
  };
};
