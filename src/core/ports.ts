import type { CallOffSignal } from './call-off.ts';
import type { Deadline } from './deadline.ts';
import type { Finding } from './finding.ts';
import type { Priority } from './lane.ts';
import type { LocalAction, Reason } from './outcome.ts';
import type { EventLogReading, SensorReading } from './readings.ts';

/** Limits every call to a device carries. */
export interface CallLimits {
  readonly deadline: Deadline;
  readonly priority: Priority;
  /** Calls the waiting off; the call then ends as one that got no answer. */
  readonly signal?: CallOffSignal;
}

/** Chassis control requests of IPMI 2.0 section 28.3 that a driver may be asked for. */
export type ChassisCommand = 'off' | 'on' | 'cycle' | 'reset' | 'nmi' | 'softOff';

/**
 * What became of one chassis control request, which is sent at most once per call:
 * - `accepted`: the BMC said yes (which proves nothing about the server),
 * - `rejected`: the BMC said no, so nothing was done,
 * - `notSent`: the request never left,
 * - `unanswered`: it was sent and no answer came; it may have been done.
 */
export type ControlReply =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reason: Reason }
  | { readonly kind: 'notSent'; readonly reason: Reason }
  | { readonly kind: 'unanswered'; readonly reason: Reason };

/** What an identify lamp may be told: finite seconds (1-255), on until told otherwise, or off. */
export type IdentifyRequest = { readonly seconds: number } | 'indefinite' | 'off';

export type IdentifyState = 'off' | 'timed' | 'indefinite';

/** An open conversation with one BMC. All calls throw a CodedError with a `bmc.*` code. */
export interface BmcSession {
  /** The BMC's own identity (GUID, 32 hex digits), or undefined where it has none to give. */
  readonly guid: string | undefined;
  readPower(limits: CallLimits): Promise<'on' | 'off'>;
  control(command: ChassisCommand, limits: CallLimits): Promise<ControlReply>;
  identify(request: IdentifyRequest, limits: CallLimits): Promise<void>;
  /** The identify lamp as the BMC reports it; undefined where it does not tell. */
  readIdentify(limits: CallLimits): Promise<IdentifyState | undefined>;
  /** Ends the conversation and frees the slot in the BMC; never throws. */
  close(): Promise<void>;
}

/**
 * What the caller makes of the GUID that a BMC gives: the one it knows, one it has not seen before, one it does
 * not check, or the reason why it is the wrong one. Policy knows it, drivers do not.
 */
export type JudgeGuid = (guid: string | undefined) => 'known' | 'new' | 'unchecked' | Reason;

/** What became of one stop by other means than a BMC; `accepted` proves nothing unless {@link StopPort.provesOff}. */
export type StopReply =
  | Extract<ControlReply, { kind: 'accepted' | 'notSent' }>
  | (Extract<ControlReply, { kind: 'unanswered' }> & { readonly exitCode?: number });

/** A way to stop a server other than through its BMC, such as the site's own script. */
export interface StopPort {
  /** Whether its success may be taken for a proof that the server is off: the configuration says so. */
  readonly provesOff: boolean;
  /** Path of what is run, for the record. */
  readonly file: string;
  /**
   * Stops the server; a stop that failed or was broken off may still have been done. `onStarted` is called
   * once it runs. Never throws.
   */
  stop(limits: CallLimits, onStarted: () => void): Promise<StopReply>;
  /**
   * Whether a stop would work now, tried without stopping anything: undefined where it would, else why not.
   * Missing where nothing but a real stop could tell. Never throws.
   */
  check?(limits: CallLimits): Promise<Reason | undefined>;
}

/** What a way to stop the own server would do if it were asked now, and what that rests on. */
export interface LocalReadiness {
  readonly actions: readonly LocalAction[];
  readonly findings: readonly Finding[];
}

/** A way to reset, switch off, cycle or interrupt (NMI) the server that this gateway runs on. */
export interface LocalStopPort {
  /**
   * Does it once. `accepted` means that whoever was asked said yes: that this call returns at all shows that
   * the server still runs. Keeps to the deadline, and never throws.
   */
  act(action: LocalAction, limits: CallLimits): Promise<StopReply>;
  /** Looks, and changes nothing. Keeps to the deadline, and never throws. */
  examine(limits: CallLimits): Promise<LocalReadiness>;
}

/**
 * Reads that no forced stop rests on. They take one question after the other, in a session of their own that is
 * closed again; a BMC that `judge` finds to be the wrong one is asked nothing more. They throw a CodedError with
 * a `bmc.*` code.
 */
export interface BmcReadings {
  sensors(limits: CallLimits, judge: JudgeGuid): Promise<readonly SensorReading[]>;
  /** The last `last` entries of the event log. */
  eventLog(limits: CallLimits, judge: JudgeGuid, last: number): Promise<EventLogReading>;
}

/**
 * What the crash kernel of one server says while it writes its dump. Anybody can send such messages: they steer
 * how long a forced stop waits, and prove nothing.
 */
export interface KdumpPort {
  /** Listens, unless that is done already. Throws a CodedError `kdump.notBound`. */
  open(): Promise<void>;
  /** When the latest message came (monotonic ms); undefined where none has come so far. */
  heardMs(): number | undefined;
  /** Calls `onMessage` at every message from now on; returns the call that ends it. */
  watch(onMessage: () => void): () => void;
}

/** Which Platform Event Trap is acknowledged: fields of the trap itself; what it left unspecified, as it came. */
export interface PetAcknowledgement {
  readonly sequence: number;
  /** Seconds since 1998-01-01 as the trap had them; 0 is unspecified. */
  readonly localSeconds: number;
  readonly eventSource: number;
  readonly sensorDevice: number;
  readonly sensorNumber: number;
  /** Event data 1 to 3. */
  readonly eventData: Buffer;
}

/** One server's BMC. */
export interface BmcPort {
  /** Logs in; nothing about the server is changed. Throws a CodedError with a `bmc.*` code. */
  open(limits: CallLimits): Promise<BmcSession>;
  /**
   * Tries everything that a forced stop rests on, as far as that is possible without changing anything: one
   * login, no command that acts. What fails is a finding. Never throws, and leaves no session open.
   */
  examine(limits: CallLimits, judge: JudgeGuid): Promise<readonly Finding[]>;
  /** Sensors and event log; missing where the driver cannot read them. */
  readonly readings?: BmcReadings;
  /**
   * Tells the BMC that a trap of it arrived, so that it does not send it again; needs no login, and shows nothing of
   * the server. Throws a CodedError with a `bmc.*` code. Missing where the driver cannot.
   */
  acknowledgePet?(acknowledgement: PetAcknowledgement, limits: CallLimits): Promise<void>;
  /** Frees what the driver holds. */
  close(): Promise<void>;
}
