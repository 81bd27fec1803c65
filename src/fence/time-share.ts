import { type Chain, onlyWaits, type StopMethod } from './methods.ts';

/** The least that a method without a limit keeps: a login and a power-off take a slow BMC about that long. */
const leastProofMs = 2_000;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** What a method wants of a deadline as long as the configured one; all in milliseconds. */
const wantedMs = ({ limitMs }: StopMethod, chain: Chain, configuredMs: number): number =>
  limitMs ?? Math.max(leastProofMs, configuredMs - sum(chain.map((method) => method.limitMs ?? 0)));

/**
 * How long the method at `index` may take, where `remainingMs` are left of the job's deadline; Infinity for one
 * without a limit, 0 or less for one that must be left out. A caller may give a job less time than the
 * configuration does (`configuredMs`): then the waits are cut, so that every method after them that can prove
 * something still has all of its own time. A method that can prove is never cut for another one.
 */
export const shareMs = (
  chain: Chain,
  index: number,
  { remainingMs, configuredMs }: { readonly remainingMs: number; readonly configuredMs: number },
): number => {
  const method = chain[index];
  const limitMs = method?.limitMs ?? Number.POSITIVE_INFINITY;
  if (!method || !onlyWaits(method)) return limitMs;
  const proving = chain.slice(index + 1).filter((later) => !onlyWaits(later));
  const keptMs = sum(proving.map((later) => wantedMs(later, chain, configuredMs)));
  return Math.min(limitMs, remainingMs - keptMs);
};
