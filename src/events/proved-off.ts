import { z } from 'zod';
import { proofSources } from '../core/outcome.ts';
import type { Event } from './catalogue.ts';
import { signOfLife } from './life.ts';

/** Since when a server is off by a proof or by an operator's word, with no life seen since and no power-on asked for. */
export const provedOffSchema = z
  .object({
    /** ISO 8601 UTC. */
    at: z.string(),
    by: z.enum([...proofSources, 'operator']),
  })
  .readonly();
export type ProvedOff = z.infer<typeof provedOffSchema>;

/** What was known of the server before the event. */
interface Before {
  readonly power: 'on' | 'off' | 'unknown';
  readonly powerAt?: string | undefined;
  readonly provedOff?: ProvedOff | undefined;
}

/** The proof or the word that an event brings. A reset that met a server that is off read *off* too. */
const proofIn = (event: Event): ProvedOff | undefined => {
  if (event.type === 'server.confirmedOff') return { at: event.at, by: 'operator' };
  if (event.type !== 'fence.finished' && event.type !== 'fence.provedLate') return undefined;
  const { proof } = event.data;
  const counts = event.type === 'fence.finished' ? event.data.fenced : event.data.action !== 'on';
  return counts && proof?.power === 'off' ? { at: proof.at, by: proof.by } : undefined;
};

/** Whether the server may be on from now on, or the proof may have been about another machine. */
const isEnd = (event: Event): boolean => {
  switch (event.type) {
    case 'fence.requested':
      return event.data.action === 'on' || event.data.action === 'cycle';
    case 'fence.restarted':
      return event.data.restart.outcome !== 'refused';
    case 'bmc.identityMismatched':
    case 'bmc.identityForgotten':
      return true;
    default:
      return signOfLife(event) !== undefined;
  }
};

/** The record of a proof may come after a reading that followed it: then the reading counts. */
const isOutdated = ({ power, powerAt }: Before, { at }: ProvedOff): boolean =>
  power === 'on' && powerAt !== undefined && Date.parse(powerAt) >= Date.parse(at);

/** What is known of the server's being off after one more event about it. */
export const provedOffAfter = (before: Before, event: Event): ProvedOff | undefined => {
  if (isEnd(event)) return undefined;
  const proof = proofIn(event);
  return proof && !isOutdated(before, proof) ? proof : before.provedOff;
};
