import type { TrapClass } from '../core/severity.ts';
import type { MonitorName, MonitorView } from '../events/monitors.ts';
import { expiryMs, type Repeats } from './decide.ts';

/** A monitor as the outside sees it. Times are ISO 8601 UTC. */
export interface MonitorRow extends MonitorName {
  readonly state: 'normal' | 'error';
  /** Missing for one that was never in error, as far as is known. */
  readonly since?: string;
  readonly message?: string;
  /** Who raised it last: `notify NAME`, `trap ADDRESS` or `event RULE`. */
  readonly source?: string;
  /** How often it was raised since it is in error. */
  readonly count?: number;
  readonly class?: TrapClass;
  /** A maintenance keeps it quiet. */
  readonly silenced?: true;
  /** When it ends by itself, unless it is raised again. */
  readonly expiresAt?: string;
}

const rowOfName = ({ category, keyword, server }: MonitorName): MonitorName => ({
  category,
  keyword,
  ...(server !== undefined && { server }),
});

export const rowOf = (
  name: MonitorName,
  known: MonitorView | undefined,
  repeats: Repeats | undefined,
): MonitorRow => {
  if (!known) return { ...rowOfName(name), state: 'normal' };
  const { origin, by, message } = repeats?.last ?? known;
  const seen = { since: known.since, message, source: `${origin} ${by}` };
  if (known.state === 'normal') return { ...rowOfName(known), state: 'normal', ...seen };
  const expires = expiryMs(known, repeats);
  return {
    ...rowOfName(known),
    state: 'error',
    ...seen,
    count: known.count + (repeats?.count ?? 0),
    ...(known.class && { class: known.class }),
    ...(known.untold && { silenced: known.untold }),
    ...(expires !== undefined && { expiresAt: new Date(expires).toISOString() }),
  };
};
