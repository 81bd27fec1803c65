import { silentCodes } from '../bmc/reporting.ts';
import type { ConfirmOrder, ConfirmResult } from '../bridge/engine/services.ts';
import { CodedError } from '../core/errors.ts';
import type { FenceReport } from '../events/catalogue.ts';
import type { EventLog } from '../events/event-log.ts';
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

/** Whether what the BMC says now takes the ground from under a power-on that it read before. */
const refutesOn = ({ proof, reason }: FenceReport): boolean =>
  proof ? proof.power === 'off' : reason !== undefined && silentCodes.has(reason.code);

/**
 * What shows life now, or undefined. The BMC is asked first, by the way that checks whose BMC it is: evidence
 * of minutes ago would let a word pass that one look refutes. What it answers counts at once; the event of it
 * may still be on its way.
 */
const lifeOf = async (deps: ConfirmDeps, server: string, requester: string): Promise<string | undefined> => {
  const look = await deps.fence.request({ server, action: 'status', requester, deadlineMs: lookMs });
  if (look.proof?.power === 'on') return `Its BMC read the power on at ${look.proof.at}.`;
  const { facts } = deps.evidence.of(server);
  const standing = facts.filter(
    ({ path, shows }) => !(path === 'power' && shows === 'life' && refutesOn(look)),
  );
  const { verdict, why } = judge(standing);
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
