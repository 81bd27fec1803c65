import type { Clock } from '../../core/clock.ts';
import { CodedError } from '../../core/errors.ts';
import type { Language } from '../../core/language.ts';
import type { Logger } from '../../core/log.ts';
import type { Bus } from '../../events/bus.ts';
import { typesMatching } from '../../events/glob.ts';
import type { Journal } from '../../events/journal.ts';
import { startDelivery } from './delivery.ts';
import type { CallContext } from './method.ts';
import type { Peer } from './peer.ts';

export interface SubscriptionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Pick<Journal, 'read' | 'stats' | 'consumer'>;
  readonly bus: Bus;
  /** The language of alerts, as configured now. */
  readonly language: () => Language;
}

export interface SubscribeParams {
  /** The name under which acknowledged events are remembered. */
  readonly consumer?: string;
  /** Start after this seq; for a consumer only on its first subscription. */
  readonly after?: number;
  /** Globs, each known to match. */
  readonly types?: readonly string[];
}

/** The subscriptions of all local sockets: a consumer name has one live connection among them. */
export interface Subscriptions {
  /** Delivery begins after the reply; `from` is the first seq that may come. Throws `rpc.params`, `journal.*`. */
  open(params: SubscribeParams, context: CallContext): Promise<{ readonly from: number }>;
}

/** The seq to go on after: what the consumer acknowledged, else `after`, else the newest event. */
const startingPoint = async (
  journal: SubscriptionDeps['journal'],
  { consumer, after }: SubscribeParams,
): Promise<number> => {
  const { lastSeq } = await journal.stats();
  if (after !== undefined && after > lastSeq) {
    throw new CodedError('rpc.params', `params.after: the newest event is ${lastSeq}`);
  }
  const wanted = after ?? lastSeq;
  return consumer === undefined ? wanted : (await journal.consumer(consumer, wanted)).ackedSeq;
};

export const createSubscriptions = (deps: SubscriptionDeps): Subscriptions => {
  const subscribed = new WeakSet<Peer>();
  const consumers = new Map<string, Peer>();

  const takeOver = (consumer: string, peer: Peer) => {
    const older = consumers.get(consumer);
    consumers.set(consumer, peer);
    older?.drop('consumerTakenOver');
    peer.onGone(() => {
      if (consumers.get(consumer) === peer) consumers.delete(consumer);
    });
  };

  return {
    async open(params, { peer, afterReply }) {
      if (subscribed.has(peer)) {
        throw new CodedError('rpc.params', 'This connection has its subscription; open another connection.');
      }
      subscribed.add(peer);
      try {
        const after = await startingPoint(deps.journal, params);
        const types = params.types && new Set(typesMatching(params.types));
        afterReply(() => {
          if (peer.gone()) return;
          if (params.consumer !== undefined) takeOver(params.consumer, peer);
          startDelivery({ ...deps, peer }, { after, ...(types && { types }) });
        });
        return { from: after + 1 };
      } catch (error) {
        subscribed.delete(peer);
        throw error;
      }
    },
  };
};
