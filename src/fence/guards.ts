import type { FenceAction, Reason } from '../core/outcome.ts';
import type { ProvedOff } from '../events/proved-off.ts';
import type { GuardSettings } from './settings.ts';
import type { StopTally } from './stop-tally.ts';

/** A request as far as guards look at it. */
export interface GuardedRequest {
  readonly server: string;
  readonly action: FenceAction;
  readonly requester: string;
  /** The server on whose behalf it comes, where the caller says so; else the requester, if a server has that name. */
  readonly requesterNode?: string | undefined;
  /** Whether the caller's part of the cluster has quorum; a caller that does not say has none to show. */
  readonly quorum?: boolean | undefined;
}

/** What guards know; `wallMs` is since 1970, since a proof may be from before a restart. */
export interface GuardFacts {
  readonly guards: GuardSettings;
  /** The server this gateway runs on: it is alive. */
  readonly self: string | undefined;
  /** Since when a server is off with no life seen since; undefined for one that is not, and for any other name. */
  readonly provedOff: (server: string) => ProvedOff | undefined;
  readonly tally: StopTally;
  readonly wallMs: number;
}

/** The stops that storms are made of; an NMI leaves a server running. */
const stops: ReadonlySet<FenceAction> = new Set<FenceAction>(['off', 'cycle', 'reset']);

export const countsAsStop = (action: FenceAction): boolean => stops.has(action);

/** What takes a server away from the cluster, for good or for a while. */
const isDestructive = (action: FenceAction): boolean => countsAsStop(action) || action === 'nmi';

/** A clock that was set back makes no proof a thing of the future: its age is 0 then. */
const ageMs = (at: string, wallMs: number): number => Math.max(0, wallMs - Date.parse(at));

const requesterFenced = (request: GuardedRequest, facts: GuardFacts): Reason | undefined => {
  const { server, action } = request;
  const node = request.requesterNode ?? request.requester;
  const holdMs = facts.guards.requesterFencedMs;
  if (holdMs === 0 || !isDestructive(action) || node === facts.self || node === server) return undefined;
  const known = facts.provedOff(node);
  if (!known || ageMs(known.at, facts.wallMs) >= holdMs) return undefined;
  const how = known.by === 'operator' ? 'was confirmed off by an operator' : `was proved off by ${known.by}`;
  const message = `${node}, which asks for ${action} of ${server}, ${how} at ${known.at} and has shown no life since`;
  return { code: 'fence.requesterFenced', message };
};

const tooMany = ({ server, action, quorum }: GuardedRequest, facts: GuardFacts): Reason | undefined => {
  const limit = facts.guards.tooMany;
  if (!limit || quorum === true || !countsAsStop(action)) return undefined;
  const stopped = facts.tally.within(limit.withinMs);
  if (stopped.has(server) || stopped.size < limit.servers) return undefined;
  const names = [...stopped].join(', ');
  const message = `${names} were stopped within ${limit.withinMs / 1000} s, and the request for ${server} does not say that it has quorum`;
  return { code: 'fence.tooMany', message };
};

/**
 * Why a request must not be begun, or undefined. **A fence always gets one real attempt**: each guard lets the last
 * way out pass.
 * - `requesterFenced` (the loser of a fence race must not take the winner along): any other caller may ask for the
 *   same, so may an operator, and so may the server itself once it has shown life or the hold is over. The gateway's
 *   own server is alive whatever was proved, and nothing stops a server from having itself stopped.
 * - `tooMany` (a part of the cluster that went blind must not take down the rest): `quorum: true` passes, a
 *   server that was stopped lately may be stopped again, and it ends by itself with its time.
 * - an attempt that just failed answers identical requests for a moment (attempts.ts): it was a real attempt, an
 *   answer that was passed on prolongs nothing, and a guard's refusal is never passed on.
 */
export const refusalOf = (request: GuardedRequest, facts: GuardFacts): Reason | undefined =>
  requesterFenced(request, facts) ?? tooMany(request, facts);
