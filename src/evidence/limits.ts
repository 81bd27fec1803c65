/**
 * How old a fact may be, in milliseconds on the monotonic clock; an older one counts as unknown.
 *
 * The limits follow from how often a path speaks: one must outlive the pause between two of its words,
 * with one word missed, or the verdict would flicker; and be no longer than that, since somebody at the
 * machine can change everything a second later.
 */
export interface EvidenceLimits {
  /** Power as a BMC read it: two background checks at 300 s, and a minute for one that is late. */
  readonly powerMs: number;
  /** Whether a BMC answers: it is asked in the same checks. */
  readonly bmcMs: number;
  /** An engine's report: engines find a lost node within about 90 s and should repeat what they say; three of these. */
  readonly engineMs: number;
  /** How long a power-on that was not seen done may still come true, after the deadline of its job. */
  readonly powerOnMs: number;
}

/** The operator's word has no limit: it holds until life is seen, or until somebody switches the server on. */
export const defaultEvidenceLimits: EvidenceLimits = {
  powerMs: 660_000,
  bmcMs: 660_000,
  engineMs: 300_000,
  powerOnMs: 120_000,
};

const usualIntervalMs = 300_000;

/** The limits where every BMC is read each `intervalMs`; a state that holds is told anew every few minutes only. */
export const evidenceLimitsFor = (intervalMs: number): EvidenceLimits => {
  const readMs = 2 * Math.max(intervalMs, usualIntervalMs) + 60_000;
  return { ...defaultEvidenceLimits, powerMs: readMs, bmcMs: readMs };
};
