import type { Proof, ProofSource } from '../core/outcome.ts';
import type { Event, EventData } from '../events/catalogue.ts';

/** One word of one path. */
export interface Seen<State extends string> {
  readonly state: State;
  /** Who says so: `bmc`, `fence JOB`, or the name of the client that reported it. */
  readonly source: string;
  /** As the event says, ISO 8601 UTC; for people. */
  readonly at: string;
  /** When it came, on the monotonic clock: what its age is counted from, whatever the wall clock does. */
  readonly seenMs: number;
  /** Why it counts no more: the operator said otherwise after it, or another machine answers as this BMC. */
  readonly setAside?: 'overruled' | 'stranger';
}

/** A state, and when it was first seen without another one between; monotonic. */
export interface SeenSince<State extends string> extends Seen<State> {
  /** Who proved it where that was not the BMC. */
  readonly by?: ProofSource;
  readonly sinceMs: number;
}

/** The last word of each path about one server. Heartbeats and feeds become fields here. */
export interface Knowledge {
  readonly power?: SeenSince<'on' | 'off'>;
  readonly bmc?: Seen<'ok' | 'unreachable' | 'refused'>;
  readonly engine?: Seen<EventData<'cluster.reported'>['state']>;
}

/** By the name of the server. */
export type KnowledgeBase = ReadonlyMap<string, Knowledge>;

export const nothingKnown: KnowledgeBase = new Map();

const know = (base: KnowledgeBase, server: string, change: Knowledge): KnowledgeBase =>
  new Map(base).set(server, { ...base.get(server), ...change });

/** What an event stamps on the words it brings. */
const stamp = ({ at }: Event, source: string, nowMs: number) => ({ source, at, seenMs: nowMs });

/** Since when the power has been what it is now read as. */
const sinceOf = (base: KnowledgeBase, server: string, power: 'on' | 'off', seenMs: number): number => {
  const known = base.get(server)?.power;
  return known?.state === power && !known.setAside ? known.sinceMs : seenMs;
};

/** A BMC that read the power has answered, too: silence that is known is always later than the reading. */
const checked = (
  base: KnowledgeBase,
  event: Event,
  nowMs: number,
  { server, bmc, power }: EventData<'bmc.rechecked'>,
): KnowledgeBase => {
  const seen = stamp(event, 'bmc', nowMs);
  return know(base, server, {
    bmc: { ...seen, state: bmc },
    ...(power && { power: { ...seen, state: power, sinceMs: sinceOf(base, server, power, nowMs) } }),
  });
};

/**
 * *Off* that a forced stop read. Its record may come later than a reading that followed it, so the times of
 * reading decide; at the same millisecond, life does. Its age counts from the reading, not from the record.
 */
const proved = (
  base: KnowledgeBase,
  event: Event,
  nowMs: number,
  { job, server, proof }: { readonly job: string; readonly server: string; readonly proof: Proof },
): KnowledgeBase => {
  const readMs = Date.parse(proof.at);
  const known = base.get(server)?.power;
  if (proof.power !== 'off' || (known && readMs <= Date.parse(known.at))) return base;
  const seenMs = nowMs - Math.max(0, Date.parse(event.at) - readMs);
  const sinceMs = sinceOf(base, server, 'off', seenMs);
  return know(base, server, {
    power: {
      ...{ state: 'off', source: `fence ${job}`, at: proof.at, seenMs, sinceMs },
      ...(proof.by === 'bmc' ? {} : { by: proof.by }),
    },
  });
};

/** Another machine answers as this BMC: that may cost a proof, never a sign of life. */
const doubted = (base: KnowledgeBase, server: string): KnowledgeBase => {
  const power = base.get(server)?.power;
  if (power?.state !== 'off') return base;
  return know(base, server, { power: { ...power, setAside: 'stranger' } });
};

/** The operator's word stands against the life that was seen before it, and against none that comes. */
const overruled = (base: KnowledgeBase, server: string): KnowledgeBase => {
  const { power, engine } = base.get(server) ?? {};
  return know(base, server, {
    ...(power?.state === 'on' && { power: { ...power, setAside: 'overruled' as const } }),
    ...(engine?.state === 'up' && { engine: { ...engine, setAside: 'overruled' as const } }),
  });
};

/** What is known after one more event, which came at `nowMs` (monotonic). A start forgets everything. */
export const learn = (base: KnowledgeBase, event: Event, nowMs: number): KnowledgeBase => {
  switch (event.type) {
    case 'server.powerChanged':
      return checked(base, event, nowMs, { ...event.data, bmc: 'ok' });
    case 'bmc.rechecked':
      return checked(base, event, nowMs, event.data);
    case 'bmc.answered':
      return checked(base, event, nowMs, { server: event.data.server, bmc: 'ok' });
    case 'bmc.unreachable':
      return checked(base, event, nowMs, { server: event.data.server, bmc: 'unreachable' });
    case 'bmc.refused':
      return checked(base, event, nowMs, { server: event.data.server, bmc: 'refused' });
    case 'bmc.identityMismatched': {
      const { server } = event.data;
      return doubted(checked(base, event, nowMs, { server, bmc: 'refused' }), server);
    }
    case 'bmc.identityForgotten':
      return doubted(base, event.data.server);
    case 'cluster.reported': {
      const { node, state, requester } = event.data;
      return know(base, node, { engine: { ...stamp(event, requester, nowMs), state } });
    }
    case 'fence.finished': {
      const { job, server, fenced, proof } = event.data;
      return fenced && proof ? proved(base, event, nowMs, { job, server, proof }) : base;
    }
    case 'fence.provedLate':
      return proved(base, event, nowMs, event.data);
    case 'server.confirmedOff':
      return overruled(base, event.data.server);
    case 'gateway.started':
      return nothingKnown;
    case 'fence.requested':
    case 'fence.joined':
    case 'fence.scriptStarted':
    case 'fence.scriptEnded':
    case 'fence.contradicted':
    case 'fence.restarted':
    case 'local.refused':
    case 'local.requested':
    case 'local.finished':
    case 'local.interrupted':
    case 'bmc.identityPinned':
    case 'bmc.cipherZeroChanged':
    case 'server.readinessChanged':
    case 'identify.changed':
    case 'maintenance.began':
    case 'maintenance.ended':
    // Anybody can send a trap: it proves nothing.
    case 'trap.received':
    case 'trap.keyForgotten':
    case 'trap.stormBegan':
    case 'trap.stormEnded':
    case 'trap.refused':
    case 'sink.failing':
    case 'sink.recovered':
    case 'sink.removed':
    case 'sink.gap':
    case 'monitor.raised':
    case 'monitor.cleared':
    case 'gateway.stopped':
    case 'config.reloaded':
    case 'config.rejected':
    case 'journal.impaired':
    case 'journal.recovered':
    case 'journal.replaced':
      return base;
    default: {
      const unspoken: never = event;
      return unspoken;
    }
  }
};
