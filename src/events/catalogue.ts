import { z } from 'zod';
import { type ErrorCode, errorCatalogue } from '../core/errors.ts';
import { fenceActions, localActions, proofSources } from '../core/outcome.ts';
import { type Severity, trapClasses } from '../core/severity.ts';
import { trapRefusals } from '../core/trap-refusal.ts';

export { type Severity, severities } from '../core/severity.ts';

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
/** The name of a way out for events: a NOC, a broker. */
const sink = z.string();

/** Why the gateway changed an identify lamp by itself; `expired` is a lamp that went out at the end of its time. */
export const identifyReasons = ['down', 'back', 'maintenance', 'stopping', 'expired'] as const;

/** What the later half of a `cycle` came to, once its fence part was proved. */
const restart = z.strictObject({
  outcome: z.enum(['pending', 'confirmed', 'refused', 'unknown']),
  reason: reason.optional(),
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

/** Who sent a trap: its numeric address, and the server or device that the configuration has there. */
const trapSender = {
  source: z.string(),
  server: server.optional(),
  device: z.string().optional(),
};

/** A flood of traps, of one sender (then `source` is there) or of all together. */
const storm = {
  scope: z.enum(['source', 'overall']),
  source: z.string().optional(),
  server: server.optional(),
  device: z.string().optional(),
};
/** One request for a local action. */
const localRequest = z.strictObject({
  request: z.string(),
  /** The server that the gateway runs on. */
  server,
  action: z.enum(localActions),
});

/**
 * What a local action came to, told by a gateway that is still alive: never `confirmed`, and `refused` only
 * where certainly nothing was sent.
 */
export const localReport = localRequest.extend({
  outcome: z.enum(['refused', 'unknown']),
  accepted: z.boolean().optional(),
  reason,
  journalled: z.boolean(),
  steps: z.array(step),
});
export type LocalReport = z.infer<typeof localReport>;

/** An external-link monitor: what the cluster engine matches by category and keyword. */
const monitor = { category: z.string(), keyword: z.string(), server: server.optional() };

/** Who can raise an external-link monitor: a local agent or engine, a trap, or an event by a rule. */
export const monitorOrigins = ['notify', 'trap', 'event'] as const;

/** What ends its error: a word of somebody, a trap, its own time, or an event by a rule. */
export const monitorEnds = ['cleared', 'trap', 'expired', 'event'] as const;

/** Why an error is told once more: it goes on, it got worse, or a maintenance kept it quiet until now. */
export const monitorAgain = ['repeated', 'worse', 'maintenanceEnded'] as const;

/**
 * The closed set of events. An event is a fact, past tense; adding one is a reviewed change here,
 * and the compiler then names every place that must speak of it.
 */
export const eventCatalogue = {
  'gateway.started': { severity: 'info', data: z.strictObject({ node: z.string(), version: z.string() }) },
  'gateway.stopped': { severity: 'info', data: z.strictObject({ node: z.string() }) },
  /** `credentials`: the servers whose password or K_g is another than before; missing in records of older versions. */
  'config.reloaded': {
    severity: 'notice',
    data: z.strictObject({ servers: z.array(server), credentials: z.array(server).optional() }),
  },
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
    data: z.strictObject({
      job,
      server,
      action,
      requester,
      deadlineMs: z.number(),
      /** No method powers it off through its BMC. */
      withoutBmc: z.literal(true).optional(),
    }),
  },
  'fence.joined': { severity: 'info', data: z.strictObject({ job, server, action, requester }) },
  /** The site's script runs; `file` is its path. */
  'fence.scriptStarted': { severity: 'info', data: z.strictObject({ job, server, file: z.string() }) },
  /** `message` says how it failed; one that was called off has `failed` too. */
  'fence.scriptEnded': {
    severity: 'info',
    data: z.strictObject({
      job,
      server,
      file: z.string(),
      result: z.enum(['completed', 'failed', 'timedOut', 'notStarted']),
      exitCode: z.number().optional(),
      message: z.string().optional(),
    }),
  },
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
  /** Nothing was tried: not allowed, or another one is under way. */
  'local.refused': {
    severity: 'warning',
    data: localRequest.extend({ requester, why: z.string(), reason }),
  },
  /** `boot` is the kernel's id of the boot that was to end: another one later proves that it did. */
  'local.requested': {
    severity: 'warning',
    data: localRequest.extend({ requester, why: z.string(), boot: z.string().optional() }),
  },
  /** Only a server that still runs gets to say this, so it is as bad as it can be. */
  'local.finished': { severity: 'critical', data: localReport },
  /**
   * Told by the next start: the gateway ended after the request, which is what the request was for.
   * `restarted` tells whether the server was started anew since; missing where that is not known.
   */
  'local.interrupted': {
    severity: 'notice',
    data: localRequest.extend({ requester, requestedAt: z.string(), restarted: z.boolean().optional() }),
  },
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
  /**
   * A trap in words, as its rule has them; severity is the rule's. `key` names the condition that begins or ends, of
   * this sender. Repeats are one event, and at their end a `summary` whose `count` includes the first.
   */
  'trap.received': {
    severity: 'notice',
    data: z.strictObject({
      ...trapSender,
      /** The relay that it came through, and whose word `source` is. */
      relay: z.string().optional(),
      version: z.enum(['v1', 'v2c', 'v3']),
      kind: z.enum(['trap', 'inform']),
      trapOid: z.string(),
      /** The rule, `MODEL/NAME`; missing where no rule knows the trap. */
      rule: z.string().optional(),
      name: z.string().min(1),
      action: z.enum(['raise', 'clear', 'none']),
      key: z.string().optional(),
      category: z.string().optional(),
      keyword: z.string().optional(),
      class: z.enum(trapClasses).optional(),
      text: z.string(),
      textJa: z.string().optional(),
      /** How many traps this stands for; 0 where another event of the same trap counts it. */
      count: z.number(),
      /** When the first of them came, ISO 8601 UTC. */
      firstAt: z.string(),
      summary: z.boolean().optional(),
      fields: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  },
  /** Too many conditions are open, so the oldest is watched no more; it is not known to be over. */
  'trap.keyForgotten': {
    severity: 'warning',
    data: z.strictObject({ ...trapSender, key: z.string(), name: z.string(), since: z.string() }),
  },
  /** From here on traps are counted and not told one by one; what ends an open condition still is. */
  'trap.stormBegan': {
    severity: 'warning',
    data: z.strictObject({ ...storm, received: z.number(), withinSeconds: z.number() }),
  },
  /** `told` came through all the same, `late` conditions of them at the end of a window; `suppressed` were counted only. */
  'trap.stormEnded': {
    severity: 'notice',
    data: z.strictObject({
      ...storm,
      beganAt: z.string(),
      received: z.number(),
      suppressed: z.number(),
      late: z.number(),
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
  /** Nothing can be sent to a sink of events; they wait for it in the journal. */
  'sink.failing': { severity: 'warning', data: z.strictObject({ sink, reason: z.string() }) },
  /** It has what waited for it: `sent` messages since it takes them again; `since` is when the trouble began. */
  'sink.recovered': {
    severity: 'notice',
    data: z.strictObject({ sink, since: z.string(), sent: z.number() }),
  },
  /** It failed since `since`, and the configuration has it no more: nothing is to be expected of it. */
  'sink.removed': { severity: 'notice', data: z.strictObject({ sink, since: z.string() }) },
  /** The journal dropped these seqs before the sink took what it wants of them. */
  'sink.gap': { severity: 'warning', data: z.strictObject({ sink, from: z.number(), to: z.number() }) },
  /** `by`: the name of a client, the address of a trap's sender, the name of a rule. `count`: raises so far. */
  'monitor.raised': {
    severity: 'warning',
    data: z.strictObject({
      ...monitor,
      message: z.string(),
      origin: z.enum(monitorOrigins),
      by: z.string(),
      class: z.enum(trapClasses).optional(),
      count: z.number(),
      again: z.enum(monitorAgain).optional(),
      /** When the last raise came, where this is told later than that; ISO 8601 UTC. */
      lastAt: z.string().optional(),
      /** The server is in maintenance: recorded, and told when that ends if it still holds. */
      silenced: z.literal(true).optional(),
      /** Seconds after which it ends by itself, unless it is raised again. */
      expireSeconds: z.number().optional(),
    }),
  },
  /** `silenced`: its error was never told, because of a maintenance. */
  'monitor.cleared': {
    severity: 'notice',
    data: z.strictObject({
      ...monitor,
      why: z.enum(monitorEnds),
      requester: requester.optional(),
      silenced: z.literal(true).optional(),
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
