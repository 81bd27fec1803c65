import fc from 'fast-check';
import { type ErrorCode, errorCatalogue } from '../../src/core/errors.ts';
import { fenceActions, localActions } from '../../src/core/outcome.ts';
import { trapClasses } from '../../src/core/severity.ts';
import { trapRefusals } from '../../src/core/trap-refusal.ts';
import type { Event, EventData, EventType, NewEvent } from '../../src/events/catalogue.ts';
import {
  identifyReasons,
  journalTroubles,
  monitorAgain,
  monitorEnds,
  monitorOrigins,
  severityOf,
} from '../../src/events/catalogue.ts';

/** Few names, so that events meet; two of them are traps for code that treats records as objects. */
const server = fc.constantFrom('server1', 'server2', 'constructor', 'toString');
const job = fc.constantFrom('job1', 'job2', 'job3', 'valueOf');
const text = fc.string({ maxLength: 20 });
const action = fc.constantFrom(...fenceActions);
const at = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const reason = fc.record({
  code: fc.constantFrom(...(Object.keys(errorCatalogue) as ErrorCode[])),
  message: text,
});
const trouble = fc.constantFrom(...journalTroubles);
const proofParts = {
  by: fc.constant('bmc' as const),
  power: fc.constantFrom('on' as const, 'off' as const),
  at,
};
const proof = fc.record(proofParts);
const restart = fc.record(
  { outcome: fc.constantFrom('pending', 'confirmed', 'refused', 'unknown'), reason },
  { requiredKeys: ['outcome'] },
);
const report = fc.record(
  {
    job,
    server,
    action,
    outcome: fc.constantFrom('confirmed', 'refused', 'unknown'),
    fenced: fc.boolean(),
    accepted: fc.boolean(),
    proof,
    reason,
    restart,
    journalled: fc.boolean(),
    steps: fc.array(fc.record({ atMs: fc.nat(), step: text, result: text }), { maxLength: 3 }),
  },
  { requiredKeys: ['job', 'server', 'action', 'outcome', 'fenced', 'journalled', 'steps'] },
);

/** Few senders and keys, so that traps meet. */
const trapSource = fc.constantFrom('192.0.2.11', 'constructor');
const trapKey = fc.constantFrom('fan/1', 'psu/2', 'toString');
const localRequest = { request: job, server, action: fc.constantFrom(...localActions) };

/** Text that stands in alerts: none that looks like a place of theirs. */
const words = fc.constantFrom('no link', 'ファン 3', '');
/** Few names, so that raises and clears meet. */
const monitor = {
  category: fc.constantFrom('NIC', 'constructor'),
  keyword: fc.constantFrom('eth0', '/dev/sdb'),
  server,
};

/** Data for every type of the catalogue: a new event does not compile until it is listed here. */
const dataOf: { [Type in EventType]: fc.Arbitrary<EventData<Type>> } = {
  'gateway.started': fc.record({ node: text, version: text }),
  'gateway.stopped': fc.record({ node: text }),
  'config.reloaded': fc.record(
    { servers: fc.array(server), credentials: fc.array(server) },
    { requiredKeys: ['servers'] },
  ) as fc.Arbitrary<EventData<'config.reloaded'>>,
  'config.rejected': fc.record({ problems: fc.array(text) }),
  'journal.impaired': fc.record({ reason: trouble, message: text }),
  'journal.recovered': fc.record({ reason: trouble, since: at, lost: fc.nat() }),
  'journal.replaced': fc.record({ movedTo: text, viewKept: fc.boolean() }),
  'fence.requested': fc.record(
    { job, server, action, requester: text, deadlineMs: fc.nat(), withoutBmc: fc.constant(true as const) },
    { requiredKeys: ['job', 'server', 'action', 'requester', 'deadlineMs'] },
  ) as fc.Arbitrary<EventData<'fence.requested'>>,
  'fence.joined': fc.record({ job, server, action, requester: text }),
  'fence.scriptStarted': fc.record({ job, server, file: text }),
  'fence.scriptEnded': fc.record(
    {
      job,
      server,
      file: text,
      result: fc.constantFrom('completed', 'failed', 'timedOut', 'notStarted'),
      exitCode: fc.nat(255),
      message: text,
    },
    { requiredKeys: ['job', 'server', 'file', 'result'] },
  ) as fc.Arbitrary<EventData<'fence.scriptEnded'>>,
  'fence.finished': report as fc.Arbitrary<EventData<'fence.finished'>>,
  'fence.provedLate': fc.record({ job, server, action, proof }),
  'fence.contradicted': fc.record(
    {
      job,
      server,
      proof: fc.record({ ...proofParts, by: fc.constantFrom('bmc' as const, 'operator' as const) }),
      by: fc.constantFrom('bmc' as const, 'engine' as const),
      seen: text,
    },
    { requiredKeys: ['server', 'proof', 'by', 'seen'] },
  ) as fc.Arbitrary<EventData<'fence.contradicted'>>,
  'fence.restarted': fc.record({
    job,
    server,
    restart: restart as fc.Arbitrary<EventData<'fence.restarted'>['restart']>,
  }),
  'local.refused': fc.record({ ...localRequest, requester: text, why: text, reason }),
  'local.requested': fc.record(
    { ...localRequest, requester: text, why: text, boot: text },
    { requiredKeys: ['request', 'server', 'action', 'requester', 'why'] },
  ) as fc.Arbitrary<EventData<'local.requested'>>,
  'local.finished': fc.record(
    {
      ...localRequest,
      outcome: fc.constantFrom('refused' as const, 'unknown' as const),
      accepted: fc.boolean(),
      reason,
      journalled: fc.boolean(),
      steps: fc.array(fc.record({ atMs: fc.nat(), step: text, result: text }), { maxLength: 3 }),
    },
    { requiredKeys: ['request', 'server', 'action', 'outcome', 'reason', 'journalled', 'steps'] },
  ) as fc.Arbitrary<EventData<'local.finished'>>,
  'local.interrupted': fc.record(
    { ...localRequest, requester: text, requestedAt: at, restarted: fc.boolean() },
    { requiredKeys: ['request', 'server', 'action', 'requester', 'requestedAt'] },
  ) as fc.Arbitrary<EventData<'local.interrupted'>>,
  'server.powerChanged': fc.record({
    server,
    power: fc.constantFrom('on', 'off'),
    by: fc.constant('bmc' as const),
  }),
  'server.confirmedOff': fc.record(
    { server, requester: text, reason: text, despiteLife: fc.boolean(), life: text },
    { requiredKeys: ['server', 'requester', 'reason', 'despiteLife'] },
  ) as fc.Arbitrary<EventData<'server.confirmedOff'>>,
  'server.readinessChanged': fc.record(
    { server, ready: fc.boolean(), reason },
    { requiredKeys: ['server', 'ready'] },
  ),
  'bmc.cipherZeroChanged': fc.record({ server, accepted: fc.boolean() }),
  'bmc.answered': fc.record({ server }),
  'bmc.unreachable': fc.record({ server, reason }),
  'bmc.refused': fc.record({ server, reason }),
  'bmc.rechecked': fc.record(
    {
      server,
      bmc: fc.constantFrom('ok', 'unreachable', 'refused'),
      power: fc.constantFrom('on', 'off'),
    },
    { requiredKeys: ['server', 'bmc'] },
  ) as fc.Arbitrary<EventData<'bmc.rechecked'>>,
  'bmc.identityPinned': fc.record({ server, guid: text }),
  'bmc.identityForgotten': fc.record({ server, guid: text, requester: text }),
  'bmc.identityMismatched': fc.record({ server, pinned: text, found: text }),
  'identify.changed': fc.record(
    {
      server,
      lit: fc.boolean(),
      requester: text,
      seconds: fc.integer({ min: 1, max: 255 }),
      why: fc.constantFrom(...identifyReasons),
    },
    { requiredKeys: ['server', 'lit', 'requester'] },
  ),
  'maintenance.began': fc.record({ server, until: at, requester: text }),
  'maintenance.ended': fc.record(
    { server, requester: text, expired: fc.boolean() },
    { requiredKeys: ['server', 'requester'] },
  ),
  'trap.received': fc.record(
    {
      source: trapSource,
      server,
      device: words,
      relay: trapSource,
      version: fc.constantFrom('v1', 'v2c', 'v3'),
      kind: fc.constantFrom('trap', 'inform'),
      trapOid: text,
      rule: text,
      name: fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,20}$/),
      action: fc.constantFrom('raise', 'clear', 'none'),
      key: trapKey,
      category: words,
      keyword: words,
      class: fc.constantFrom(...trapClasses),
      text: words,
      textJa: words,
      count: fc.nat(),
      firstAt: at,
      summary: fc.boolean(),
      fields: fc.dictionary(text, fc.oneof(text, fc.nat()), { maxKeys: 3 }),
    },
    {
      requiredKeys: [
        'source',
        'version',
        'kind',
        'trapOid',
        'name',
        'action',
        'text',
        'count',
        'firstAt',
        'fields',
      ],
    },
  ) as fc.Arbitrary<EventData<'trap.received'>>,
  'trap.keyForgotten': fc.record({ source: trapSource, key: trapKey, name: text, since: at }),
  'trap.stormBegan': fc.record({
    scope: fc.constantFrom('source', 'overall'),
    received: fc.nat(),
    withinSeconds: fc.nat(),
  }),
  'trap.stormEnded': fc.record({
    scope: fc.constantFrom('source', 'overall'),
    beganAt: at,
    received: fc.nat(),
    suppressed: fc.nat(),
    late: fc.nat(),
  }),
  'trap.refused': fc.record({
    source: fc.ipV4(),
    reason: fc.constantFrom(...trapRefusals),
    count: fc.nat(),
    since: at,
  }),
  'sink.failing': fc.record({ sink: text, reason: text }),
  'sink.recovered': fc.record({ sink: text, since: at, sent: fc.nat() }),
  'sink.removed': fc.record({ sink: text, since: at }),
  'sink.gap': fc.record({ sink: text, from: fc.nat(), to: fc.nat() }),
  'monitor.raised': fc.record(
    {
      ...monitor,
      message: words,
      origin: fc.constantFrom(...monitorOrigins),
      by: words,
      class: fc.constantFrom(...trapClasses),
      count: fc.nat(),
      again: fc.constantFrom(...monitorAgain),
      lastAt: at,
      silenced: fc.constant(true as const),
      expireSeconds: fc.nat(),
    },
    { requiredKeys: ['category', 'keyword', 'message', 'origin', 'by', 'count'] },
  ) as fc.Arbitrary<EventData<'monitor.raised'>>,
  'monitor.cleared': fc.record(
    {
      ...monitor,
      why: fc.constantFrom(...monitorEnds),
      requester: text,
      silenced: fc.constant(true as const),
    },
    { requiredKeys: ['category', 'keyword', 'why'] },
  ) as fc.Arbitrary<EventData<'monitor.cleared'>>,
  'cluster.reported': fc.record({
    node: server,
    state: fc.constantFrom('up', 'stopped', 'down', 'unknown'),
    requester: text,
  }),
};

/** Any valid event of any type. */
export const anyNewEvent: fc.Arbitrary<NewEvent> = fc.oneof(
  ...Object.entries(dataOf).map(([type, data]) =>
    (data as fc.Arbitrary<unknown>).map((value) => ({ type, source: 'test', data: value }) as NewEvent),
  ),
);

/** Any journal: valid events with rising seqs. */
export const anyHistory: fc.Arbitrary<Event[]> = fc
  .array(fc.tuple(anyNewEvent, at), { maxLength: 60 })
  .map((events) =>
    events.map(
      ([event, time], index) =>
        ({ ...event, severity: severityOf(event), seq: index + 1, at: time }) as Event,
    ),
  );
