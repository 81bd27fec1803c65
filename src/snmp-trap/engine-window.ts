import type { Clock } from '../core/clock.ts';

/** RFC 3414 section 2.2.3: seconds by which a message may be older than what its engine sent last. */
export const windowSeconds = 150;
/** An engine that has restarted so often may not be believed any more (RFC 3414 section 2.2.2). */
export const lastBoots = 0x7fffffff;

/** Engines that are remembered; each has proved that it knows a user's key. */
export const mostEngines = 1024;
const mostDigests = 16_384;
/** An inform may tell a time 150 s ahead of ours, and is good for 150 s after that. */
const keptSeconds = 2 * windowSeconds;

/** When an engine sent what, in its own time. */
export interface EngineStamp {
  /** Lower-case hex. */
  readonly engineId: string;
  readonly boots: number;
  readonly time: number;
}

export type WindowVerdict = 'fresh' | 'window' | 'replay' | 'full';

interface Engine {
  /** Stands for its id in the keys of digests, of which there are thousands. */
  readonly number: number;
  boots: number;
  latest: number;
  latestAtMs: number;
  /** Whatever is not later than this is taken for a replay: the digests of that time are not known any more. */
  floor: number;
}

interface Seen extends Pick<EngineStamp, 'boots' | 'time'> {
  readonly engine: Engine;
}

/**
 * Tells old and repeated messages of other engines from fresh ones. Only what was authenticated may be shown to it.
 *
 * Within the window of 150 s every digest is remembered, the newest 16,384 of all engines; where one has to be
 * forgotten early, its engine's floor rises to its time, so that forgetting refuses rather than lets in. Over a
 * restart the digests are gone, and the floor is the time of the last message.
 */
export interface EngineWindow {
  judge(stamp: EngineStamp, digest: Buffer): WindowVerdict;
  /** As if the message had never come: it could not be recorded, and will be sent again. */
  forget(engineId: string, digest: Buffer): void;
  /** The latest stamp of each engine. */
  stamps(): EngineStamp[];
  /** Grows whenever {@link stamps} change. */
  changes(): number;
}

const keyOf = ({ number }: Engine, digest: Buffer): string => `${number} ${digest.toString('latin1')}`;

export const createEngineWindow = (
  clock: Pick<Clock, 'nowMs'>,
  known: readonly EngineStamp[],
): EngineWindow => {
  const engines = new Map<string, Engine>(
    known.map(({ engineId, boots, time }, number) => [
      engineId,
      { number, boots, latest: time, latestAtMs: clock.nowMs(), floor: time },
    ]),
  );
  /** In the order in which they came. */
  const seen = new Map<string, Seen>();
  let changes = 0;

  const isOver = ({ engine, boots, time }: Seen): boolean =>
    boots < engine.boots || time < engine.latest - keptSeconds;

  const forgetOldest = (): void => {
    for (const [key, one] of seen) {
      const over = isOver(one);
      if (!over && seen.size <= mostDigests) return;
      seen.delete(key);
      if (!over) one.engine.floor = Math.max(one.engine.floor, one.time);
    }
  };

  const isOutside = (engine: Engine, { boots, time }: EngineStamp): boolean => {
    if (boots !== engine.boots) return boots < engine.boots;
    const now = engine.latest + (clock.nowMs() - engine.latestAtMs) / 1000;
    return time < now - windowSeconds;
  };

  const moveOn = (engine: Engine, { boots, time }: EngineStamp): void => {
    if (boots > engine.boots) engine.floor = -1;
    else if (time <= engine.latest) return;
    engine.boots = boots;
    engine.latest = time;
    engine.latestAtMs = clock.nowMs();
    changes += 1;
  };

  const engineOf = ({ engineId, boots, time }: EngineStamp): Engine | undefined => {
    const found = engines.get(engineId);
    if (found || engines.size >= mostEngines) return found;
    const engine = { number: engines.size, boots, latest: time, latestAtMs: clock.nowMs(), floor: -1 };
    engines.set(engineId, engine);
    changes += 1;
    return engine;
  };

  return {
    judge(stamp, digest) {
      if (stamp.boots >= lastBoots) return 'window';
      const engine = engineOf(stamp);
      if (!engine) return 'full';
      if (isOutside(engine, stamp)) return 'window';
      const key = keyOf(engine, digest);
      const isOld = stamp.boots === engine.boots && stamp.time <= engine.floor;
      if (isOld || seen.has(key)) return 'replay';
      moveOn(engine, stamp);
      seen.set(key, { engine, boots: stamp.boots, time: stamp.time });
      forgetOldest();
      return 'fresh';
    },
    forget(engineId, digest) {
      const engine = engines.get(engineId);
      if (engine) seen.delete(keyOf(engine, digest));
    },
    changes: () => changes,
    stamps: () => [...engines].map(([engineId, { boots, latest }]) => ({ engineId, boots, time: latest })),
  };
};
