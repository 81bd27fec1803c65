/** A growing pause between tries. */
export interface Backoff {
  firstMs: number;
  factor: number;
  maxMs: number;
}

/** The pause before try number `attempt + 1` (attempts count from 0), in milliseconds. */
export const backoffMs = (backoff: Backoff, attempt: number): number =>
  Math.min(backoff.maxMs, backoff.firstMs * backoff.factor ** attempt);
