import { z } from 'zod';
import type { Event, FenceReport } from './catalogue.ts';

/** Why and since when a server counts as down, from the word of the engine or the proof of a forced stop. */
export const outageSchema = z
  .object({
    /** ISO 8601 UTC. */
    since: z.string(),
    /** The event that began it. */
    seq: z.number(),
    /** An operator put the identify lamp out: it stays dark until the next outage. */
    silenced: z.boolean().optional(),
  })
  .readonly();
export type Outage = z.infer<typeof outageSchema>;

/** What was known of the server before the event. */
interface Before {
  readonly reported: 'up' | 'stopped' | 'down' | 'unknown';
  readonly outage?: Outage | undefined;
}

/** Whether the engine's last word is that the server does not run as part of the cluster. */
export const saidDown = ({ reported }: Pick<Before, 'reported'>): boolean =>
  reported === 'down' || reported === 'stopped';

/** A job that leaves the server off; a cycle that is still to switch it on again is no outage. */
const leftOff = ({ action, fenced, restart }: FenceReport): boolean => {
  if (!fenced) return false;
  return action === 'off' || (action === 'cycle' && restart !== undefined && didNotComeOn(restart));
};

const didNotComeOn = ({ outcome }: NonNullable<FenceReport['restart']>): boolean =>
  outcome === 'refused' || outcome === 'unknown';

const isBegin = (event: Event): boolean => {
  if (event.type === 'cluster.reported') return saidDown({ reported: event.data.state });
  if (event.type === 'fence.finished') return leftOff(event.data);
  if (event.type === 'fence.restarted') return didNotComeOn(event.data.restart);
  if (event.type !== 'fence.provedLate') return false;
  const { action, proof } = event.data;
  return proof.power === 'off' && (action === 'off' || action === 'cycle');
};

/**
 * The engine's *up* ends every outage: it runs the cluster on that server. A power that is read on ends
 * one only where the engine does not say down: a server that hangs reads on as well. The engine's
 * *unknown* is lost news and ends nothing.
 */
const isEnd = (before: Before, event: Event): boolean => {
  if (event.type === 'cluster.reported') return event.data.state === 'up';
  return event.type === 'server.powerChanged' && event.data.power === 'on' && !saidDown(before);
};

/** An operator's word on the lamp; what the gateway did by itself says why. */
const afterIdentify = (outage: Outage, lit: boolean): Outage => {
  if (lit !== (outage.silenced ?? false)) return outage;
  const { silenced, ...rest } = outage;
  return lit ? rest : { ...rest, silenced: true };
};

/** The outage of a server after one more event about it; undefined while it is not down. */
export const outageAfter = (before: Before, event: Event): Outage | undefined => {
  const { outage } = before;
  if (isEnd(before, event)) return undefined;
  if (!outage) return isBegin(event) ? { since: event.at, seq: event.seq } : undefined;
  const byHand = event.type === 'identify.changed' && event.data.why === undefined;
  return byHand ? afterIdentify(outage, event.data.lit) : outage;
};
