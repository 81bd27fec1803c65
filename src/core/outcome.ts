import type { ErrorCode } from './errors.ts';

/** Three values: what was not read is unknown, never guessed. */
export type Power = 'on' | 'off' | 'unknown';

/** What a caller can ask of the forced-stop service. `status` reads and changes nothing. */
export const fenceActions = ['off', 'on', 'reset', 'cycle', 'nmi', 'status'] as const;
export type FenceAction = (typeof fenceActions)[number];

/** Final actions on the server that the gateway itself runs on; its death is no result that it could read. */
export const localActions = ['reset', 'off', 'cycle', 'nmi'] as const;
export type LocalAction = (typeof localActions)[number];

/**
 * - `confirmed`: the wanted state was *read* after the request.
 * - `refused`: nothing destructive was done, and it is certain that it was not.
 * - `unknown`: something was or may have been sent, or nobody answered, and the state was not proved.
 */
export type Outcome = 'confirmed' | 'refused' | 'unknown';

/** Where a proof came from; a proof always names its source. */
export const proofSources = ['bmc', 'script'] as const;
export type ProofSource = (typeof proofSources)[number];

/** A power state that was read, by whom and when (ISO 8601 UTC). */
export interface Proof {
  readonly by: ProofSource;
  readonly power: 'on' | 'off';
  readonly at: string;
}

/** Why an action ended as it did: the code for programs, the sentence for people. */
export interface Reason {
  readonly code: ErrorCode;
  readonly message: string;
}

/** One thing that was done for an action; `atMs` counts from the request. */
export interface Step {
  readonly atMs: number;
  readonly step: string;
  readonly result: string;
}
