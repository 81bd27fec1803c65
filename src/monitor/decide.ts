import type { TrapClass } from '../core/severity.ts';
import type { EventData, NewEvent } from '../events/catalogue.ts';
import type { ErrorMonitor, MonitorName, MonitorView } from '../events/monitors.ts';
import type { ClearRequest, MonitorRequest, RaiseRequest } from './request.ts';

/** Raises of an error that are not on record, since they brought nothing new: the last one, and how many. */
export interface Repeats {
  readonly count: number;
  /** Wall time of the last one. */
  readonly lastMs: number;
  readonly last: RaiseRequest;
}

/** What a decision rests on beside the monitor. Times are wall times: they have to hold across a restart. */
export interface Circumstances {
  readonly wallMs: number;
  /** The server is in maintenance. */
  readonly quiet: boolean;
  /** An error that goes on is told again after so long. */
  readonly retellMs: number;
  /** Seconds after the last raise at which an error of this category ends by itself. */
  readonly expireSeconds?: number | undefined;
}

export type Decision =
  | { readonly kind: 'record'; readonly event: NewEvent & { readonly type: MonitorEventType } }
  | { readonly kind: 'count'; readonly repeats: Repeats }
  | { readonly kind: 'nothing' };

type MonitorEventType = 'monitor.raised' | 'monitor.cleared';
type Again = EventData<'monitor.raised'>['again'];

const nothing: Decision = { kind: 'nothing' };

const nameOf = ({ category, keyword, server }: MonitorName) => ({
  category,
  keyword,
  ...(server !== undefined && { server }),
});

/** How bad a class is; both kinds of recoverable are worse together. */
const gravity = (kind: TrapClass | undefined): number => {
  switch (kind) {
    case undefined:
      return 0;
    case 'recoverableDegraded':
    case 'recoverablePredictive':
      return 1;
    case 'recoverableBoth':
      return 2;
    case 'fatal':
      return 3;
    default: {
      const unspoken: never = kind;
      return unspoken;
    }
  }
};

const worse = (one: TrapClass | undefined, other: TrapClass | undefined): TrapClass | undefined =>
  gravity(one) > gravity(other) ? one : other;

/** A wall clock that was stepped back must not keep an error untold. */
const isDue = (toldAt: string | undefined, { wallMs, retellMs }: Circumstances): boolean => {
  const toldMs = toldAt === undefined ? Number.NaN : Date.parse(toldAt);
  return !(wallMs >= toldMs && wallMs < toldMs + retellMs);
};

interface Telling {
  readonly count: number;
  readonly class: TrapClass | undefined;
  readonly expireSeconds: number | undefined;
  readonly again?: Again;
  /** When the last raise came, where that is not now. */
  readonly lastAt?: string | undefined;
}

/** `said` is what is told of it: the request, or what is known. */
const tell = (
  said: Pick<RaiseRequest, 'message' | 'origin' | 'by' | 'cause'> & MonitorName,
  { count, class: kind, expireSeconds, again, lastAt }: Telling,
  quiet: boolean,
): Decision => ({
  kind: 'record',
  event: {
    type: 'monitor.raised',
    source: 'monitor',
    data: {
      ...nameOf(said),
      ...{ message: said.message, origin: said.origin, by: said.by },
      ...(kind && { class: kind }),
      count,
      ...(again && { again }),
      ...(lastAt !== undefined && { lastAt }),
      ...(quiet && { silenced: true }),
      ...(expireSeconds !== undefined && { expireSeconds }),
    },
    ...(said.cause !== undefined && { cause: said.cause }),
  },
});

/** An error that is known, told once more; `lastAt` where no raise is what brings that about. */
const again = (
  known: ErrorMonitor,
  repeats: Repeats | undefined,
  why: NonNullable<Again>,
  { quiet, lastAt }: { readonly quiet: boolean; readonly lastAt?: string },
): Decision => {
  const count = known.count + (repeats?.count ?? 0);
  const kind = worse(repeats?.last.class, known.class);
  const expireSeconds = repeats?.last.expireSeconds ?? known.expireSeconds;
  return tell(repeats?.last ?? known, { count, class: kind, expireSeconds, again: why, lastAt }, quiet);
};

const raise = (
  known: MonitorView | undefined,
  repeats: Repeats | undefined,
  asked: RaiseRequest,
  now: Circumstances,
): Decision => {
  const expireSeconds = asked.expireSeconds ?? now.expireSeconds;
  if (known?.state !== 'error')
    return tell(asked, { count: 1, class: asked.class, expireSeconds }, now.quiet);
  const last: RaiseRequest = { ...asked, ...(expireSeconds !== undefined && { expireSeconds }) };
  const counted: Repeats = { count: (repeats?.count ?? 0) + 1, lastMs: now.wallMs, last };
  const { quiet } = now;
  if (gravity(asked.class) > gravity(known.class)) return again(known, counted, 'worse', { quiet });
  if (quiet) return { kind: 'count', repeats: counted };
  if (known.untold) return again(known, counted, 'maintenanceEnded', { quiet });
  if (isDue(known.toldAt, now)) return again(known, counted, 'repeated', { quiet });
  return { kind: 'count', repeats: counted };
};

const clear = (
  known: MonitorView | undefined,
  { why, requester, cause, ...asked }: Omit<ClearRequest, 'kind'>,
): Decision => {
  if (known?.state !== 'error') return nothing;
  return {
    kind: 'record',
    event: {
      type: 'monitor.cleared',
      source: 'monitor',
      data: {
        ...nameOf(asked),
        why,
        ...(requester !== undefined && { requester }),
        ...(known.toldAt === undefined && { silenced: true }),
      },
      ...(cause !== undefined && { cause }),
    },
  };
};

/** What a request comes to, by what is known of its monitor. */
export const decide = (
  known: MonitorView | undefined,
  repeats: Repeats | undefined,
  request: MonitorRequest,
  now: Circumstances,
): Decision => (request.kind === 'raise' ? raise(known, repeats, request, now) : clear(known, request));

/** When an error ends by itself, as wall time; undefined where it does not. */
export const expiryMs = (known: ErrorMonitor, repeats: Repeats | undefined): number | undefined => {
  const seconds = repeats?.last.expireSeconds ?? known.expireSeconds;
  return seconds === undefined ? undefined : (repeats?.lastMs ?? Date.parse(known.raisedAt)) + seconds * 1000;
};

/** What time alone makes of an error: its end, the end of a maintenance, repeats that were not told. */
export const decideByTime = (
  known: ErrorMonitor,
  repeats: Repeats | undefined,
  now: Circumstances,
): Decision => {
  const expires = expiryMs(known, repeats);
  if (expires !== undefined && expires <= now.wallMs)
    return clear(known, { ...nameOf(known), why: 'expired' });
  if (now.quiet) return nothing;
  const lastAt = repeats ? new Date(repeats.lastMs).toISOString() : known.raisedAt;
  if (known.untold) return again(known, repeats, 'maintenanceEnded', { quiet: false, lastAt });
  return repeats && isDue(known.toldAt, now)
    ? again(known, repeats, 'repeated', { quiet: false, lastAt })
    : nothing;
};

/** The wall time at which {@link decideByTime} has something to say, unless something else happens first. */
export const nextMs = (
  known: ErrorMonitor,
  repeats: Repeats | undefined,
  { quiet, retellMs }: Pick<Circumstances, 'quiet' | 'retellMs'>,
): number => {
  const expires = expiryMs(known, repeats) ?? Number.POSITIVE_INFINITY;
  const retell = repeats && !quiet && known.toldAt ? Date.parse(known.toldAt) + retellMs : expires;
  return Math.min(expires, retell);
};
