import { z } from 'zod';
import { type ErrorCode, errorCatalogue } from '../core/errors.ts';
import { fenceActions, proofSources } from '../core/outcome.ts';
import { trapRefusals } from '../core/trap-refusal.ts';

/** How much an event matters to the one who is woken by it. */
export const severities = ['info', 'notice', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** What keeps the journal from recording; `hung` and `threadEnded` are seen from outside its thread. */
export const journalTroubles = ['fullDisk', 'readOnly', 'damaged', 'failed', 'hung', 'threadEnded'] as const;

const codes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];
const server = z.string();
const reason = z.strictObject({ code: z.enum(codes), message: z.string() });
const proof = z.strictObject({ by: z.enum(proofSources), power: z.enum(['on', 'off']), at: z.string() });
/** What life can contradict: a proof, or the operator's word that a server is off. */
const contradictable = proof.extend({ by: z.enum([...proofSources, 'operator']) });
const step = z.strictObject({ atMs: z.number(), step: z.string(), result: z.string() });
const job = z.string();
const action = z.enum(fenceActions);
const requester = z.string();

/** Why the gateway changed an identify lamp by itself; `expired` is a lamp that went out at the end of its time. */
export const identifyReasons = ['down', 'back', 'maintenance', 'stopping', 'expired'] as const;

/** What the later half of a `cycle` came to, once its fence part was proved. */
const restart = z.strictObject({
  outcome: z.enum(['pending', 'confirmed', 'refused', 'unknown']),
  reason: reason.optional(),
});

/** A varbind in readable form: numbers and addresses as text, octets as text where they are text, as hex otherwise. */
const trapVarbind = z.strictObject({
  oid: z.string(),
  type: z.enum([
    ...(['integer', 'counter32', 'gauge32', 'timeTicks', 'counter64'] as const),
    ...(['octetString', 'opaque', 'oid', 'ipAddress', 'null'] as const),
  ]),
  text: z.string().optional(),
  hex: z.string().optional(),
});

/** What a forced-stop job came to: the shape the sockets and the journal share. */
export const fenceReport = z.strictObject({
  job,
  server,
  action,
  outcome: z.enum(['confirmed', 'refused', 'unknown']),
  /** True only if *off* was read after the job began: the one thing to gate a failover on. */
  fenced: z.boolean(),
  accepted: z.boolean().optional(),
  proof: proof.optional(),
  reason: reason.optional(),
  restart: restart.optional(),
  journalled: z.boolean(),
  steps: z.array(step),
});
export type FenceReport = z.infer<typeof fenceReport>;

/**
 * The closed set of events. An event is a fact, past tense; adding one is a reviewed change here,
 * and the compiler then names every place that must speak of it.
 */
export const eventCatalogue = {
  'gateway.started': { severity: 'info', data: z.strictObject({ node: z.string(), version: z.string() }) },
  'gateway.stopped': { severity: 'info', data: z.strictObject({ node: z.string() }) },
  'config.reloaded': { severity: 'notice', data: z.strictObject({ servers: z.array(server) }) },
  'config.rejected': { severity: 'warning', data: z.strictObject({ problems: z.array(z.string()) }) },
  'journal.impaired': {
    severity: 'critical',
    data: z.strictObject({ reason: z.enum(journalTroubles), message: z.string() }),
  },
  /** `since` is when the trouble began, `lost` the number of events it kept from being recorded. */
  'journal.recovered': {
    severity: 'notice',
    data: z.strictObject({ reason: z.enum(journalTroubles), since: z.string(), lost: z.number() }),
  },
  /** Events start anew; `viewKept` tells whether pinned identities, states and jobs were still known. */
  'journal.replaced': {
    severity: 'critical',
    data: z.strictObject({ movedTo: z.string(), viewKept: z.boolean() }),
  },
  'fence.requested': {
    severity: 'notice',
    data: z.strictObject({ job, server, action, requester, deadlineMs: z.number() }),
  },
  'fence.joined': { severity: 'info', data: z.strictObject({ job, server, action, requester }) },
  'fence.finished': { severity: 'notice', data: fenceReport },
  'fence.provedLate': { severity: 'notice', data: z.strictObject({ job, server, action, proof }) },
  'fence.contradicted': {
    severity: 'critical',
    data: z.strictObject({
      /** Missing where it is the operator's word that is contradicted. */
      job: job.optional(),
      server,
      proof: contradictable,
      by: z.enum(['bmc', 'engine']),
      seen: z.string(),
    }),
  },
  'fence.restarted': { severity: 'notice', data: z.strictObject({ job, server, restart }) },
  'server.powerChanged': {
    severity: 'notice',
    data: z.strictObject({ server, power: z.enum(['on', 'off']), by: z.literal('bmc') }),
  },
  /** The operator's word, and why; `life` is what spoke against it where it was given all the same. */
  'server.confirmedOff': {
    severity: 'warning',
    data: z.strictObject({
      server,
      requester,
      reason: z.string(),
      despiteLife: z.boolean(),
      life: z.string().optional(),
    }),
  },
  /** Whether a forced stop would work, as far as everything short of it was tried; `reason` where it would not. */
  'server.readinessChanged': {
    severity: 'notice',
    data: z.strictObject({ server, ready: z.boolean(), reason: reason.optional() }),
  },
  'bmc.answered': { severity: 'info', data: z.strictObject({ server }) },
  'bmc.unreachable': { severity: 'warning', data: z.strictObject({ server, reason }) },
  'bmc.refused': { severity: 'warning', data: z.strictObject({ server, reason }) },
  /** What was told last of a BMC holds still, so that its age is known; `power` where it was read. */
  'bmc.rechecked': {
    severity: 'info',
    data: z.strictObject({
      server,
      bmc: z.enum(['ok', 'unreachable', 'refused']),
      power: z.enum(['on', 'off']).optional(),
    }),
  },
  'bmc.identityPinned': { severity: 'info', data: z.strictObject({ server, guid: z.string() }) },
  'bmc.identityForgotten': {
    severity: 'notice',
    data: z.strictObject({ server, guid: z.string(), requester }),
  },
  'bmc.identityMismatched': {
    severity: 'critical',
    data: z.strictObject({ server, pinned: z.string(), found: z.string() }),
  },
  /** `accepted`: whoever reaches the BMC and knows a user name can switch the server off without a password. */
  'bmc.cipherZeroChanged': { severity: 'notice', data: z.strictObject({ server, accepted: z.boolean() }) },
  /** `seconds` is how long the lamp stays lit by itself; `why` is missing where somebody asked for it. */
  'identify.changed': {
    severity: 'info',
    data: z.strictObject({
      server,
      lit: z.boolean(),
      requester,
      seconds: z.number().optional(),
      why: z.enum(identifyReasons).optional(),
    }),
  },
  /** Until `until` (ISO 8601 UTC) what would alarm people about the server is silent; a later one replaces it. */
  'maintenance.began': {
    severity: 'notice',
    data: z.strictObject({ server, until: z.string(), requester }),
  },
  /** `expired`: its time was over, and nobody ended it. */
  'maintenance.ended': {
    severity: 'notice',
    data: z.strictObject({ server, requester, expired: z.boolean().optional() }),
  },
  /** A decoded trap or inform; `name` is what the configuration calls its source. `cut`: not all of it is here. */
  'trap.received': {
    severity: 'info',
    data: z.strictObject({
      source: z.string(),
      name: z.string(),
      server: server.optional(),
      version: z.enum(['v1', 'v2c', 'v3']),
      kind: z.enum(['trap', 'inform']),
      trapOid: z.string(),
      uptimeTicks: z.number(),
      varbinds: z.array(trapVarbind),
      v1: z
        .strictObject({
          enterprise: z.string(),
          agentAddress: z.string(),
          generic: z.number(),
          specific: z.number(),
        })
        .optional(),
      cut: z.literal(true).optional(),
    }),
  },
  /** `count` datagrams of a source since `since`; told at once, and then once in 24 h at most. */
  'trap.refused': {
    severity: 'warning',
    data: z.strictObject({
      source: z.string(),
      reason: z.enum(trapRefusals),
      count: z.number(),
      since: z.string(),
    }),
  },
  'cluster.reported': {
    severity: 'info',
    data: z.strictObject({
      node: z.string(),
      state: z.enum(['up', 'stopped', 'down', 'unknown']),
      requester,
    }),
  },
} as const satisfies Record<string, { severity: Severity; data: z.ZodType }>;

export type EventType = keyof typeof eventCatalogue;
export const eventTypes = Object.keys(eventCatalogue) as readonly EventType[];

export type EventData<Type extends EventType> = z.infer<(typeof eventCatalogue)[Type]['data']>;

/** An event before the journal gave it its number. `cause` is the seq of the event that led to it. */
export type NewEvent = {
  [Type in EventType]: {
    readonly type: Type;
    readonly source: string;
    readonly data: EventData<Type>;
    readonly severity?: Severity;
    readonly cause?: number;
  };
}[EventType];

/** An event as it stands in the journal and goes over the sockets. */
export type Event = NewEvent & {
  readonly seq: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly severity: Severity;
};

/** The severity an event has unless its maker says otherwise. */
export const severityOf = (event: NewEvent): Severity =>
  event.severity ?? eventCatalogue[event.type].severity;

/** The server an event is about, where it is about one: the journal indexes it. */
export const serverOf = (event: NewEvent): string | undefined => {
  if ('server' in event.data) return event.data.server;
  return event.type === 'cluster.reported' ? event.data.node : undefined;
};
