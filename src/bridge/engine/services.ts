import type { Finding } from '../../core/finding.ts';
import type { FenceAction, Outcome, Reason } from '../../core/outcome.ts';
import type { EventLogReading, SensorReading } from '../../core/readings.ts';
import type { EventData, FenceReport } from '../../events/catalogue.ts';
import type { JournalCondition, JournalStats } from '../../events/journal.ts';
import type { MonitorName } from '../../events/monitors.ts';
import type { ServerView } from '../../events/view.ts';
import type { Evidence } from '../../evidence/verdict.ts';
import type { Readiness } from '../../fence/readiness.ts';
import type { MonitorRow } from '../../monitor/row.ts';
import type { TestResult } from '../noc/noc-sink.ts';

/** What an engine may say of a node: a report, never a proof. */
export type NodeState = EventData<'cluster.reported'>['state'];

/** What is known of the last forced stop of a server; `fence.get` has its steps while it is remembered. */
export interface LastFence extends Partial<Pick<FenceReport, 'action' | 'outcome' | 'fenced'>> {
  readonly job: string;
}

/** What `server.list` tells of one server. Times are ISO 8601 UTC, `powerAt` is when `power` was read. */
export interface ServerRow
  extends Pick<ServerView, 'power' | 'powerAt' | 'bmc' | 'bmcReason' | 'guid' | 'reported' | 'maintenance'> {
  readonly name: string;
  /** Whether a forced stop would work, and what that rests on. */
  readonly ready: Readiness['ready'];
  readonly readiness: Omit<Readiness, 'ready'>;
  /** The BMC lets anybody in without a password who knows a user name. */
  readonly cipherZero?: boolean;
  readonly identify: { readonly lit: boolean };
  readonly lastFence?: LastFence;
  /** What every path knows now, and what it comes to. */
  readonly evidence: Evidence;
}

/** The operator's word that a server is off. */
export interface ConfirmOrder {
  readonly server: string;
  /** Who says so, and why they are sure. */
  readonly requester: string;
  readonly reason: string;
  /** The word is taken though a path shows life. */
  readonly despiteLife: boolean;
}

/** What became of the word: it was taken, and this is the evidence with it. */
export interface ConfirmResult extends ConfirmOrder {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly evidence: Evidence;
}

export interface FenceOrder {
  readonly server: string;
  readonly action: FenceAction;
  readonly requester: string;
  /** The server on whose behalf the caller asks, where its name alone does not tell. */
  readonly requesterNode?: string;
  /** This caller's own deadline in milliseconds; without it the configured one holds. */
  readonly deadlineMs?: number;
  /** Whether the caller's part of the cluster has quorum, where it knows; guards may ask for it. */
  readonly quorum?: boolean;
}

/** A job by its name, or the latest job of a server. */
export type FenceSelector = { readonly job: string } | { readonly server: string };

export interface IdentifyResult {
  readonly server: string;
  readonly outcome: Outcome;
  readonly reason?: Reason;
}

/** The maintenance a server is in, if any. */
export interface MaintenanceResult extends Pick<ServerView, 'maintenance'> {
  readonly server: string;
}

/** What became of pinning or forgetting a BMC's identity; `guid` is the one that is pinned now. */
export interface IdentityResult {
  readonly server: string;
  readonly outcome: Outcome;
  readonly guid?: string;
  readonly reason?: Reason;
}

/** The sensors of a server as they were read; `at` is when the last of them was. */
export interface SensorsResult {
  readonly server: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly sensors: readonly SensorReading[];
}

/** The event log of a server as it was read. */
export interface EventLogResult extends EventLogReading {
  readonly server: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** Whether a forced stop of one server would work now: not where any finding is `bad`. */
export interface Verdict {
  readonly server: string;
  readonly works: boolean;
  readonly findings: readonly Finding[];
}

/** A verdict of now, beside what the rehearsals in the background have come to. */
export interface ExaminedServer extends Verdict, Pick<ServerRow, 'ready' | 'readiness'> {}

/** The verdicts on all servers that were asked about, and whether every one of them is good. */
export interface Examination {
  readonly works: boolean;
  readonly servers: readonly ExaminedServer[];
}

/** The word of a local agent on an external-link monitor; the message is fit to be told. */
export interface MonitorNotice extends MonitorName {
  readonly message?: string;
  /** It is over. */
  readonly clear: boolean;
  readonly requester: string;
}

export interface MonitorClearOrder extends MonitorName {
  readonly requester: string;
}

/** What the gateway says of itself; the journal's figures are missing while its disk does not answer. */
export interface Health extends Readonly<Record<string, unknown>> {
  readonly journal: JournalCondition & Partial<JournalStats>;
}

/**
 * What the sockets need from the rest of the daemon; app implements it. Calls may throw a CodedError
 * (`server.unknown`, `job.unknown`, `fence.stopping` …), which the client gets as `data.code`.
 */
export interface EngineServices {
  identity(): { readonly version: string; readonly cluster: string; readonly node: string };
  servers(): readonly ServerRow[] | Promise<readonly ServerRow[]>;
  server(name: string): ServerRow | Promise<ServerRow>;
  /** Resolves when the job ended or the caller's deadline passed; a failed stop is a value, not an error. */
  requestFence(order: FenceOrder): Promise<FenceReport & { readonly joined: boolean }>;
  fence(selector: FenceSelector): Promise<FenceReport & { readonly running: boolean }>;
  setIdentify(order: {
    readonly server: string;
    readonly lit: boolean;
    readonly requester: string;
  }): Promise<IdentifyResult>;
  /** `until` is an ISO 8601 time; null ends the maintenance. */
  setMaintenance(order: {
    readonly server: string;
    readonly until: string | null;
    readonly requester: string;
  }): Promise<MaintenanceResult>;
  pinIdentity(server: string): Promise<IdentityResult>;
  unpinIdentity(server: string, requester: string): Promise<IdentityResult>;
  /** Reads every sensor of a server; takes up to 60 s, and a forced stop goes before it at the next packet. */
  readSensors(server: string): Promise<SensorsResult>;
  /** Reads the last entries of a server's event log; the same holds. */
  readEventLog(order: { readonly server: string; readonly last: number }): Promise<EventLogResult>;
  /** Takes the operator's word; throws `evidence.life` where a path shows life, `evidence.self` for its own server. */
  confirmOff(order: ConfirmOrder): Promise<ConfirmResult>;
  /** Tries every path to a server, or to all of them, without changing anything; takes up to 10 s each. */
  examine(server?: string): Promise<Examination>;
  reportNode(report: {
    readonly node: string;
    readonly state: NodeState;
    readonly requester: string;
  }): Promise<void>;
  /** Sends a test message to one sink of the NOC, or to all; takes as long as their peers do. */
  testNoc(sink?: string): Promise<readonly TestResult[]>;
  /** Resolves when the state it answers is on disk. Throws `server.unknown`, `monitor.full`, `journal.*`. */
  notifyMonitor(notice: MonitorNotice): Promise<MonitorRow>;
  monitors(): readonly MonitorRow[];
  clearMonitor(order: MonitorClearOrder): Promise<MonitorRow>;
  health(): Health | Promise<Health>;
}
