/** When a flood begins and ends: rates are traps per second over one window. */
export interface StormSettings {
  readonly windowSeconds: number;
  readonly sourcePerSecond: number;
  readonly sourceRearmPerSecond: number;
  readonly overallPerSecond: number;
  readonly overallRearmPerSecond: number;
}

export interface JudgeSettings {
  /** Repeats that follow one another within this time are one event. */
  readonly dedupSeconds: number;
  /** The same for traps that no rule knows, from the first one on. */
  readonly unknownSeconds: number;
  readonly storm: StormSettings;
}

/** Bounds of what the judge remembers. */
export const limits = {
  /** Repeating traps that are counted. */
  windows: 8192,
  /** Kinds of unknown traps; further ones are counted only. */
  unknownWindows: 1024,
  /** A repeat that goes on is told of again after this. */
  longestWindowSeconds: 3600,
  /** PETs that may be sent again, and how long that is looked for. */
  retries: 4096,
  retrySeconds: 600,
  openKeys: 4096,
  openKeysOfSource: 256,
  sources: 4096,
  deferred: 512,
  deferredOfSource: 32,
  /** Informs that wait with them, fewer than the intake has under way at a time. */
  tickets: 1024,
  ticketsOfCondition: 8,
} as const;
