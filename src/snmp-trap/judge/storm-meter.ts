/** A flood that goes on. */
export interface Storm {
  /** ISO 8601 UTC. */
  readonly beganAt: string;
  received: number;
  suppressed: number;
  late: number;
}

export interface MeterSettings {
  readonly windowMs: number;
  /** More traps than this in one window begin a storm. */
  readonly most: number;
  /** A window with at most this many ends it. */
  readonly rearm: number;
}

export interface Meter {
  windowStartMs: number;
  inWindow: number;
  storm?: Storm | undefined;
}

export const newMeter = (nowMs: number): Meter => ({ windowStartMs: nowMs, inWindow: 0 });

const sameWindow = { rolled: false } as const;

/**
 * Goes on to the window that `nowMs` is in. `rolled` tells that a window ended; `ended` is the storm that is over with
 * it, since it, or an empty window after it, had few enough traps (the hysteresis).
 */
export const roll = (
  meter: Meter,
  { windowMs, rearm }: MeterSettings,
  nowMs: number,
): { readonly rolled: boolean; readonly ended?: Storm } => {
  const windows = Math.floor((nowMs - meter.windowStartMs) / windowMs);
  if (windows < 1) return sameWindow;
  const isCalm = windows > 1 || meter.inWindow <= rearm;
  meter.windowStartMs += windows * windowMs;
  meter.inWindow = 0;
  const { storm } = meter;
  if (!storm || !isCalm) return { rolled: true };
  meter.storm = undefined;
  return { rolled: true, ended: storm };
};

/** Counts one trap in the window it came in; true where it begins a storm. */
export const count = (meter: Meter, { most }: MeterSettings, at: string): boolean => {
  meter.inWindow += 1;
  if (meter.storm) {
    meter.storm.received += 1;
    return false;
  }
  if (meter.inWindow <= most) return false;
  meter.storm = { beganAt: at, received: 1, suppressed: 0, late: 0 };
  return true;
};
