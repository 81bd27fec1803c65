import { type Event, type EventData, type FenceReport, serverOf } from './catalogue.ts';
import { failingSinksAfter } from './failing-sinks.ts';
import { signOfLife } from './life.ts';
import { monitorsAfter } from './monitors.ts';
import { openTrapsAfter } from './open-traps.ts';
import { outageAfter } from './outage.ts';
import { provedOffAfter } from './proved-off.ts';
import { type JobView, type ServerView, unknownServer, type View } from './view-shape.ts';

export {
  type ConfirmedOff,
  emptyView,
  type JobView,
  type LocalView,
  type ServerView,
  type View,
  viewSchema,
} from './view-shape.ts';

/**
 * Finished jobs that are remembered at least, the newest; unfinished ones are never forgotten. Old ones
 * go many at a time, since looking for them at every event would cost more than the event.
 */
const finishedJobsKept = 200;
const mostJobs = 2 * finishedJobsKept;

/** The own entry of a record: names come from outside, and `constructor` is a name too. */
const entry = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

type Of<Type extends Event['type']> = Event & { readonly type: Type };

const withServer = (view: View, name: string, change: Partial<ServerView>): View => ({
  ...view,
  servers: { ...view.servers, [name]: { ...(entry(view.servers, name) ?? unknownServer), ...change } },
});

/** The BMC answers again, so the reason why it did not is gone. */
const withAnsweringBmc = (view: View, name: string): View => {
  const { bmcReason, ...server } = entry(view.servers, name) ?? unknownServer;
  return { ...view, servers: { ...view.servers, [name]: { ...server, bmc: 'ok' } } };
};

const withoutGuid = (view: View, name: string): View => {
  const { guid, ...server } = entry(view.servers, name) ?? unknownServer;
  return { ...view, servers: { ...view.servers, [name]: server } };
};

/** Whether a maintenance lasts at that wall time: its end does not hang on being recorded. */
export const inMaintenance = (server: Pick<ServerView, 'maintenance'> | undefined, wallMs: number): boolean =>
  server?.maintenance !== undefined && wallMs < Date.parse(server.maintenance.until);

const withMaintenance = (view: View, { at, data }: Of<'maintenance.began'>): View => {
  const since = entry(view.servers, data.server)?.maintenance?.since ?? at;
  return withServer(view, data.server, { maintenance: { since, until: data.until } });
};

const withoutMaintenance = (view: View, name: string): View => {
  const { maintenance, ...server } = entry(view.servers, name) ?? unknownServer;
  return { ...view, servers: { ...view.servers, [name]: server } };
};

/** Nobody looked while the gateway was away: what was read before is not known now. */
export const forgetReadings = (view: View): View => ({
  ...view,
  servers: Object.fromEntries(
    Object.entries(view.servers).map(([name, { bmcReason, powerAt, ...server }]) => [
      name,
      { ...server, power: 'unknown' as const, bmc: 'unknown' as const },
    ]),
  ),
});

/** Power that was read on is unknown after the operator's word, so that a BMC that goes on saying *on* is heard. */
const confirmed = (view: View, { at, data }: Of<'server.confirmedOff'>): View => {
  const { server, requester, reason } = data;
  const next = withServer(view, server, { confirmedOff: { at, requester, reason } });
  const { powerAt, ...known } = next.servers[server] ?? unknownServer;
  if (known.power !== 'on') return next;
  return { ...next, servers: { ...next.servers, [server]: { ...known, power: 'unknown' } } };
};

/** Life ends the operator's word. */
const afterLife = (view: View, event: Event): View => {
  const server = signOfLife(event)?.server;
  const word = server === undefined ? undefined : entry(view.servers, server)?.confirmedOff;
  if (server === undefined || !word || word.endedSeq !== undefined) return view;
  return withServer(view, server, { confirmedOff: { ...word, endedSeq: event.seq } });
};

/** Whoever switches a server on takes back the word that it is off. */
const withoutWord = (view: View, name: string): View => {
  const { confirmedOff: _word, ...server } = entry(view.servers, name) ?? unknownServer;
  return { ...view, servers: { ...view.servers, [name]: server } };
};

const withReadiness = (view: View, { at, data }: Of<'server.readinessChanged'>): View => {
  const { server, ready, reason } = data;
  return withServer(view, server, { readiness: { ready, since: at, ...(reason && { reason }) } });
};

const withLamp = (view: View, { at, data }: Of<'identify.changed'>): View => {
  const { lamp, ...server } = entry(view.servers, data.server) ?? unknownServer;
  const lit = { at, automatic: data.why !== undefined, ...(data.seconds && { seconds: data.seconds }) };
  const next: ServerView = { ...server, identifyLit: data.lit, ...(data.lit && { lamp: lit }) };
  return { ...view, servers: { ...view.servers, [data.server]: next } };
};

/** `before` is the view that the event met, `after` has the rest of it folded in. */
const withOutage = (before: View, after: View, event: Event): View => {
  const name = serverOf(event);
  if (name === undefined) return after;
  const known = entry(before.servers, name) ?? unknownServer;
  const next = outageAfter(known, event);
  if (next === known.outage) return after;
  const { outage, ...server } = entry(after.servers, name) ?? unknownServer;
  const changed: ServerView = next ? { ...server, outage: next } : server;
  return { ...after, servers: { ...after.servers, [name]: changed } };
};

/** As {@link withOutage}. */
const withProvedOff = (before: View, after: View, event: Event): View => {
  const name = serverOf(event);
  if (name === undefined) return after;
  const known = entry(before.servers, name) ?? unknownServer;
  const next = provedOffAfter(known, event);
  if (next === known.provedOff) return after;
  const { provedOff, ...server } = entry(after.servers, name) ?? unknownServer;
  const changed: ServerView = next ? { ...server, provedOff: next } : server;
  return { ...after, servers: { ...after.servers, [name]: changed } };
};

const withJob = (view: View, job: JobView): View => ({ ...view, jobs: { ...view.jobs, [job.job]: job } });

const forgetOldJobs = (view: View): View => {
  if (Object.keys(view.jobs).length <= mostJobs) return view;
  const finished = Object.values(view.jobs).filter((job) => job.report !== undefined);
  if (finished.length <= finishedJobsKept) return view;
  const kept = finished
    .sort((one, other) => other.requestedSeq - one.requestedSeq)
    .slice(0, finishedJobsKept);
  const running = Object.values(view.jobs).filter((job) => job.report === undefined);
  return { ...view, jobs: Object.fromEntries([...running, ...kept].map((job) => [job.job, job])) };
};

const requested = (view: View, { at, seq, data: recorded }: Of<'fence.requested'>): View => {
  const { withoutBmc: _told, ...data } = recorded;
  const next = withJob(view, { ...data, requestedAt: at, requestedSeq: seq });
  if (data.action === 'status') return next;
  const fenced = withServer(next, data.server, { lastFence: data.job });
  return data.action === 'on' || data.action === 'cycle' ? withoutWord(fenced, data.server) : fenced;
};

/**
 * A forced stop goes on when the disk fails, so a report may arrive whose request was never recorded.
 * Such a job is known from its report alone: its requester is the event's source, its deadline 0.
 */
const finished = (view: View, { at, seq, source, data }: Of<'fence.finished'>): View => {
  const { job, server, action } = data;
  const unrequested = { requester: source, deadlineMs: 0, requestedAt: at, requestedSeq: seq };
  const known = entry(view.jobs, job) ?? { job, server, action, ...unrequested };
  return forgetOldJobs(withJob(view, { ...known, report: data }));
};

/** Off that was read after the deadline is as good a proof as off that was read before it. */
const provenLate = (report: FenceReport, proof: EventData<'fence.provedLate'>['proof']): FenceReport => {
  if (proof.power !== 'off') return report;
  const stops = report.action === 'off' || report.action === 'cycle';
  return { ...report, proof, fenced: true, outcome: stops ? 'confirmed' : report.outcome };
};

const provedLate = (view: View, { data }: Of<'fence.provedLate'>): View => {
  const job = entry(view.jobs, data.job);
  if (!job) return view;
  const report = job.report && provenLate(job.report, data.proof);
  return withJob(view, { ...job, lateProof: data.proof, ...(report && { report }) });
};

const contradicted = (view: View, { data }: Of<'fence.contradicted'>): View => {
  const job = data.job === undefined ? undefined : entry(view.jobs, data.job);
  return job ? withJob(view, { ...job, contradicted: true }) : view;
};

const restarted = (view: View, { data }: Of<'fence.restarted'>): View => {
  const job = entry(view.jobs, data.job);
  return job?.report ? withJob(view, { ...job, report: { ...job.report, restart: data.restart } }) : view;
};

const localRequested = (view: View, { at, data }: Of<'local.requested'>): View => {
  const { why: _why, ...request } = data;
  return { ...view, local: { ...request, requestedAt: at } };
};

const localEnded = (view: View, request: string): View => {
  const { local, ...rest } = view;
  return local?.request === request ? rest : view;
};

const mismatch = ({ pinned, found }: EventData<'bmc.identityMismatched'>) => ({
  code: 'bmc.identity' as const,
  message: `The BMC's identity is ${found}, but ${pinned} is pinned.`,
});

const fold = (view: View, event: Event): View => {
  switch (event.type) {
    case 'server.powerChanged':
      return withServer(view, event.data.server, { power: event.data.power, powerAt: event.at });
    case 'server.confirmedOff':
      return confirmed(view, event);
    case 'server.readinessChanged':
      return withReadiness(view, event);
    case 'bmc.cipherZeroChanged':
      return withServer(view, event.data.server, { cipherZero: event.data.accepted });
    case 'bmc.answered':
      return withAnsweringBmc(view, event.data.server);
    case 'bmc.unreachable':
      return withServer(view, event.data.server, { bmc: 'unreachable', bmcReason: event.data.reason });
    case 'bmc.refused':
      return withServer(view, event.data.server, { bmc: 'refused', bmcReason: event.data.reason });
    case 'bmc.identityPinned':
      return withServer(view, event.data.server, { guid: event.data.guid });
    case 'bmc.identityForgotten':
      return withoutGuid(view, event.data.server);
    case 'bmc.identityMismatched':
      return withServer(view, event.data.server, { bmc: 'refused', bmcReason: mismatch(event.data) });
    case 'identify.changed':
      return withLamp(view, event);
    case 'maintenance.began':
      return withMaintenance(view, event);
    case 'maintenance.ended':
      return withoutMaintenance(view, event.data.server);
    case 'cluster.reported':
      return withServer(view, event.data.node, { reported: event.data.state });
    case 'fence.requested':
      return requested(view, event);
    case 'fence.finished':
      return finished(view, event);
    case 'fence.provedLate':
      return provedLate(view, event);
    case 'fence.contradicted':
      return contradicted(view, event);
    case 'fence.restarted':
      return restarted(view, event);
    case 'trap.received':
    case 'trap.keyForgotten':
      return { ...view, ...openTrapsAfter(view, event) };
    case 'local.requested':
      return localRequested(view, event);
    case 'local.finished':
    case 'local.interrupted':
      return localEnded(view, event.data.request);
    case 'monitor.raised':
    case 'monitor.cleared':
      return { ...view, ...monitorsAfter(view, event) };
    case 'gateway.started':
      return forgetReadings(view);
    case 'trap.stormBegan':
    case 'trap.stormEnded':
    case 'bmc.rechecked':
    case 'trap.refused':
    case 'fence.joined':
    case 'fence.scriptStarted':
    case 'fence.scriptEnded':
    case 'local.refused':
    case 'gateway.stopped':
    case 'config.reloaded':
    case 'config.rejected':
    case 'journal.impaired':
    case 'journal.recovered':
    case 'journal.replaced':
    case 'sink.failing':
    case 'sink.recovered':
    case 'sink.removed':
    case 'sink.gap':
      return view;
    default: {
      const unspoken: never = event;
      return unspoken;
    }
  }
};

const withFailingSinks = (view: View, event: Event): View => {
  const failingSinks = failingSinksAfter(view.failingSinks, event);
  return failingSinks === view.failingSinks ? view : { ...view, ...(failingSinks && { failingSinks }) };
};

/** What the event means for the states that have a fold of their own. */
const withFolds = (before: View, after: View, event: Event): View =>
  withFailingSinks(withProvedOff(before, withOutage(before, after, event), event), event);

/** The view after one more event; an event that is already folded in changes nothing. */
export const applyEvent = (view: View, event: Event): View =>
  event.seq <= view.seq
    ? view
    : { ...afterLife(withFolds(view, fold(view, event), event), event), seq: event.seq };
