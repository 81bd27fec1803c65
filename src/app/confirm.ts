import type { ConfirmOrder, ConfirmResult } from '../bridge/engine/services.ts';
import { silentCodes } from '../core/bmc-failures.ts';
import { CodedError } from '../core/errors.ts';
import type { FenceReport } from '../events/catalogue.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Fact } from '../evidence/facts.ts';
import type { EvidenceKeeper } from '../evidence/keeper.ts';
import { judge } from '../evidence/verdict.ts';
import type { FenceService } from '../fence/service.ts';

export interface ConfirmDeps {
  readonly fence: Pick<FenceService, 'request'>;
  readonly events: Pick<EventLog, 'record'>;
  readonly evidence: Pick<EvidenceKeeper, 'of'>;
  /** The server this gateway runs on, where it runs on one. */
  readonly self: string | undefined;
}

/** How long the BMC may take to say how the power is, before the word of an operator who waits is weighed. */
const lookMs = 4_000;

/**
 * Which facts still stand after this look, whose own event may be on its way yet: *off* that nobody knew of is
 * later than every life that is known; a BMC that is silent now does not vouch for the *on* that it read before.
 */
const standing = (facts: readonly Fact[], { proof, reason }: FenceReport): readonly Fact[] => {
  const knownOff = facts.some(({ path, state, fresh }) => path === 'power' && state === 'off' && fresh);
  if (proof)
    return proof.power === 'off' && !knownOff ? facts.filter(({ shows }) => shows !== 'life') : facts;
  if (!reason || !silentCodes.has(reason.code)) return facts;
  return facts.filter(({ path, shows }) => path !== 'power' || shows !== 'life');
};

/**
 * What shows life now, or undefined. The BMC is asked first, by the way that checks whose BMC it is: evidence
 * of minutes ago would let a word pass that one look refutes.
 */
const lifeOf = async (deps: ConfirmDeps, server: string, requester: string): Promise<string | undefined> => {
  const look = await deps.fence.request({ server, action: 'status', requester, deadlineMs: lookMs });
  if (look.proof?.power === 'on') return `Its BMC read the power on at ${look.proof.at}.`;
  const { verdict, why } = judge(standing(deps.evidence.of(server).facts, look));
  return verdict === 'alive' ? why : undefined;
};

/**
 * Takes the operator's word that a server is off: on record with who gave it and why, before it counts. Throws
 * `evidence.self`, `evidence.life` where a path shows life and the order does not say that it counts all the
 * same, and `journal.*` where the word cannot be put on record.
 */
export const confirmOff = async (deps: ConfirmDeps, order: ConfirmOrder): Promise<ConfirmResult> => {
  const { server, requester, reason, despiteLife } = order;
  if (server === deps.self) throw new CodedError('evidence.self', `this gateway runs on ${server}`);
  const life = await lifeOf(deps, server, requester);
  if (life !== undefined && !despiteLife)
    throw new CodedError('evidence.life', `${server} shows life: ${life}`);
  const { at } = await deps.events.record({
    type: 'server.confirmedOff',
    source: 'app',
    data: { server, requester, reason, despiteLife, ...(life === undefined ? {} : { life }) },
  });
  return { ...order, at, evidence: deps.evidence.of(server) };
};
