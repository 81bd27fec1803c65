import { z } from 'zod';
import { fenceActions, localActions } from '../core/outcome.ts';
import { PersistentMap } from '../core/persistent-map.ts';
import { fenceReport } from './catalogue.ts';
import { failingSinksSchema } from './failing-sinks.ts';
import { type MonitorViews, monitorsSchema, normalKeys } from './monitors.ts';
import { openByMonitor, openTrapsSchema } from './open-traps.ts';
import { outageSchema } from './outage.ts';
import { provedOffSchema } from './proved-off.ts';

/** The operator's word that a server is off. */
const confirmedOff = z
  .object({
    at: z.string(),
    requester: z.string(),
    reason: z.string(),
    /** The event that showed life after it: the word counts no more. */
    endedSeq: z.number().optional(),
  })
  .readonly();
export type ConfirmedOff = z.infer<typeof confirmedOff>;

/** An identify lamp as it was last lit; re-arming one that is lit is no event. */
const lampView = z
  .object({
    /** ISO 8601 UTC. */
    at: z.string(),
    /** How long it stays lit by itself; missing in records of older versions. */
    seconds: z.number().optional(),
    /** The gateway lit it for a server that is down; otherwise somebody asked for it. */
    automatic: z.boolean(),
  })
  .readonly();

/** Whether a forced stop would work, from the rehearsals. */
const readinessView = z
  .object({
    ready: z.boolean(),
    /** ISO 8601 UTC. */
    since: z.string(),
    /** Why not. */
    reason: fenceReport.shape.reason,
  })
  .readonly();

const serverView = z
  .object({
    /** As last read; `powerAt` says since when this is known. */
    power: z.enum(['on', 'off', 'unknown']),
    powerAt: z.string().optional(),
    bmc: z.enum(['ok', 'unreachable', 'refused', 'unknown']),
    bmcReason: fenceReport.shape.reason,
    /** The BMC identity this server is pinned to. */
    guid: z.string().optional(),
    identifyLit: z.boolean(),
    /** Missing while the lamp is out. */
    lamp: lampView.optional(),
    /** Missing while the server is not down. */
    outage: outageSchema.optional(),
    /** As it was last asked for; whether it still lasts is told by {@link inMaintenance}. */
    maintenance: z.object({ since: z.string(), until: z.string() }).readonly().optional(),
    /** What the cluster engine last said of the server: a report, never a proof. */
    reported: z.enum(['up', 'stopped', 'down', 'unknown']),
    /** The last forced-stop job (of any action but `status`); the job itself may be forgotten by now. */
    lastFence: z.string().optional(),
    confirmedOff: confirmedOff.optional(),
    /** As it was when it last changed; whether that still holds, the gateway knows only once it has looked. */
    readiness: readinessView.optional(),
    /** The BMC opens sessions without any password; missing where that was not learned. */
    cipherZero: z.boolean().optional(),
    /** Missing unless it was proved or said to be off, and nothing spoke against it since. */
    provedOff: provedOffSchema.optional(),
  })
  .readonly();
export type ServerView = z.infer<typeof serverView>;

const jobView = z
  .object({
    job: z.string(),
    server: z.string(),
    action: z.enum(fenceActions),
    requester: z.string(),
    deadlineMs: z.number(),
    requestedAt: z.string(),
    requestedSeq: z.number(),
    /** Missing while the job runs. */
    report: fenceReport.optional(),
    lateProof: fenceReport.shape.proof,
    /** The server showed life after it was proved off, though nobody here switched it on. */
    contradicted: z.boolean().optional(),
  })
  .readonly();
export type JobView = z.infer<typeof jobView>;

/** A local action that was asked for and whose end is not on record: under way, or it ended the gateway. */
const localView = z
  .object({
    request: z.string(),
    server: z.string(),
    action: z.enum(localActions),
    requester: z.string(),
    requestedAt: z.string(),
    /** The kernel's id of the boot it was asked in. */
    boot: z.string().optional(),
  })
  .readonly();
export type LocalView = z.infer<typeof localView>;

/** Restores a snapshot; fields of a newer version are dropped. */
export const viewSchema = z
  .object({
    /** The last event folded in. */
    seq: z.number(),
    servers: z.record(z.string(), serverView).readonly(),
    jobs: z.record(z.string(), jobView).readonly(),
    /** Conditions that traps began; missing in snapshots of older versions. */
    openTraps: openTrapsSchema.prefault({}),
    /** External-link monitors; missing in snapshots of older versions. */
    monitors: monitorsSchema.prefault({}),
    local: localView.optional(),
    /** Missing until one failed. */
    failingSinks: failingSinksSchema.optional(),
  })
  .transform((view) => ({
    ...view,
    openByMonitor: openByMonitor(view.openTraps),
    normalMonitors: normalKeys(view.monitors),
  }))
  .readonly();

/** What all events so far add up to. Keys of `servers` and `jobs` are names and job ids. */
export type View = Readonly<Omit<z.infer<typeof viewSchema>, keyof MonitorViews>> & MonitorViews;

export const emptyView: View = {
  seq: 0,
  servers: {},
  jobs: {},
  openTraps: PersistentMap.empty(),
  openByMonitor: PersistentMap.empty(),
  monitors: PersistentMap.empty(),
  normalMonitors: [],
};

/** A server of which nothing is known. */
export const unknownServer: ServerView = {
  power: 'unknown',
  bmc: 'unknown',
  identifyLit: false,
  reported: 'unknown',
};
