import { type Clock, within } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Reason } from '../core/outcome.ts';
import type { BmcPort } from '../core/ports.ts';
import type { Event, FenceReport, NewEvent } from '../events/catalogue.ts';
import { createAttempts } from './attempts.ts';
import type { CarriedOver, InterruptedJob } from './carry-over.ts';
import { countsAsStop, type GuardedRequest, type GuardFacts, refusalOf } from './guards.ts';
import type { Identities } from './identity.ts';
import { createJob, type Job } from './job.ts';
import { createJobMemory, latestAmong } from './memory.ts';
import type { Chain } from './methods.ts';
import { type Asked, type JobRecords, openRecords, type RecordDeps, resumedRecords } from './records.ts';
import { reportOf } from './report.ts';
import { concludeJob, type RunningJob, runJob } from './run-job.ts';
import type { FenceSettings } from './settings.ts';
import { blocked, createSlot, joinable, type Slot } from './slots.ts';
import { createStopTally } from './stop-tally.ts';

export interface FenceRequest extends GuardedRequest {
  /** From now, in milliseconds; the settings' where absent. */
  readonly deadlineMs?: number | undefined;
}

/** What a caller is told; `joined` where an identical job was under way already, or had just failed. */
export type FenceAnswer = FenceReport & { readonly joined: boolean };

export interface FenceDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Of a forced stop of this server. */
  readonly settings: (server: string) => FenceSettings;
  /** The server this gateway runs on, which it never stops; undefined on a control machine. */
  readonly self: string | undefined;
  readonly knows: (server: string) => boolean;
  readonly bmcOf: (server: string) => BmcPort | undefined;
  /** The methods by which a server is stopped, in their order. */
  readonly chainOf: (server: string) => Chain;
  readonly identities: Identities;
  /** See {@link GuardFacts.provedOff}. */
  readonly provedOff: GuardFacts['provedOff'];
  readonly record: (event: NewEvent) => Promise<Event>;
  readonly newJobId: () => string;
}

export interface FenceService {
  /** Runs or joins a job. A failed stop is an answer; throws only `server.unknown` and `fence.stopping`. */
  request(request: FenceRequest): Promise<FenceAnswer>;
  /** The job while it is remembered here; the journal knows older ones. */
  find(job: string): { report: FenceReport; running: boolean } | undefined;
  /** The latest job of a server that was more than a look; it may be too new, or the disk too ill, to be on record. */
  latestOf(server: string): string | undefined;
  /**
   * Takes up what was under way when the daemon last ended. A power-off with time left goes on, by
   * reading first; all else is put on record as unknown, then observed, never sent again. Resolves
   * when those are on record.
   */
  resume(carried: CarriedOver): Promise<void>;
  /** The configuration changed: the next request gets an attempt of its own, whatever failed just now. */
  refresh(): void;
  /** How many jobs run or observe. */
  running(): number;
  /** Takes no new jobs, calls off those under way, and resolves when all have ended. */
  stop(): Promise<void>;
}

interface Times {
  readonly askedMs: number;
  readonly settings: FenceSettings;
}

/** A request's job, its own or one that it joined. */
interface Begun {
  readonly job: Job;
  readonly settled: Promise<void>;
  readonly joined: boolean;
  /** What is told, where that is settled already. */
  readonly told?: FenceReport;
}

/** A margin never takes more than a quarter of a short deadline. */
const less = (askedMs: number, marginMs: number): number => askedMs - Math.min(marginMs, askedMs / 4);

/** How long a job has of what its caller asked for. */
const ownMs = ({ askedMs, settings }: Times): number => less(askedMs, settings.decisionMarginMs);

/** The forced-stop service: jobs keyed by server and action, which outlive whoever asked for them. */
export const createFenceService = (deps: FenceDeps): FenceService => {
  const { clock, log } = deps;
  const slots = new Map<string, Slot>();
  /** By the id of the job. */
  const running = new Map<string, RunningJob>();
  const memory = createJobMemory();
  const attempts = createAttempts();
  const tally = createStopTally(clock);
  let stopping = false;

  const slotOf = (server: string): Slot => {
    const slot = slots.get(server) ?? createSlot();
    slots.set(server, slot);
    return slot;
  };

  const guard = (slot: Slot, request: FenceRequest, { guards }: FenceSettings): Reason | undefined => {
    const { server, action } = request;
    if (server === deps.self && action !== 'status') {
      const message = `${server} is the server this gateway runs on; ask the gateway of another server`;
      return { code: 'fence.self', message };
    }
    const { self, provedOff } = deps;
    return (
      blocked(slot, server, action, clock.nowMs()) ??
      refusalOf(request, { guards, self, provedOff, tally, wallMs: clock.wallMs() })
    );
  };

  /** Counts a job among the stops, for as long as it may have done something. */
  const count = ({ job, ended }: RunningJob): void => {
    if (!countsAsStop(job.action)) return;
    const takeBack = tally.begun(job.server);
    void ended.finally(() => job.ending?.kind === 'refused' && takeBack());
  };

  const newJob = ({ server, action, requester }: FenceRequest, { askedMs, settings }: Times): Job => {
    const observes = action === 'off' || action === 'cycle' || action === 'on';
    const observeMs = observes ? settings.observeMs : 0;
    const deadlineMs = ownMs({ askedMs, settings });
    return createJob(clock, { id: deps.newJobId(), server, action, requester, deadlineMs, observeMs });
  };

  const askedOf = ({ server, action }: FenceRequest, deadlineMs: number): Asked => ({
    deadlineMs,
    withoutBmc: action === 'off' && deps.chainOf(server).every(({ method }) => method !== 'bmc'),
  });

  const launch = (job: Job, bmc: BmcPort, slot: Slot, records: JobRecords): RunningJob => {
    const { identities, record } = deps;
    const started = runJob(
      {
        clock,
        log,
        settings: deps.settings(job.server),
        bmc,
        chain: deps.chainOf(job.server),
        slot,
        identities,
        record,
      },
      job,
      records,
    );
    running.set(job.id, started);
    void started.ended.finally(() => {
      running.delete(job.id);
      memory.add(job);
    });
    return started;
  };

  const start = (request: FenceRequest, bmc: BmcPort, slot: Slot, times: Times): Begun => {
    const job = newJob(request, times);
    const { settings, askedMs } = times;
    const records = openRecords(
      { clock, log, settings, record: deps.record },
      job,
      askedOf(request, askedMs),
    );
    const launched = launch(job, bmc, slot, records);
    attempts.add(job);
    count(launched);
    return { job, settled: launched.settled, joined: false };
  };

  const refuse = (request: FenceRequest, times: Times, reason: Reason): Begun => {
    const job = newJob(request, times);
    const { settings, askedMs } = times;
    const records = { clock, log, settings, record: deps.record };
    memory.add(job);
    const settled = concludeJob(
      records,
      job,
      { kind: 'refused', reason },
      openRecords(records, job, askedOf(request, askedMs)),
    );
    return { job, settled, joined: false };
  };

  const noteJoined = ({ id, server, action }: Job, { requester }: FenceRequest): void => {
    const data = { job: id, server, action, requester };
    deps.record({ type: 'fence.joined', source: 'fence', data }).catch(() => {
      log.error({ data }, 'that a request joined a job was not recorded');
    });
  };

  const join = ({ job, settled, extend }: RunningJob, request: FenceRequest, times: Times): Begun => {
    extend(clock.nowMs() + ownMs(times));
    noteJoined(job, request);
    return { job, settled, joined: true };
  };

  /** The answer of an identical attempt that has just failed; see guards.ts. */
  const repeated = (request: FenceRequest, times: Times): Begun | undefined => {
    const { server, action } = request;
    const { repeatMs } = times.settings.guards;
    const failed = attempts.answerFor({ server, action, neededMs: ownMs(times) }, clock.nowMs(), repeatMs);
    if (!failed) return undefined;
    noteJoined(failed.job, request);
    return { job: failed.job, settled: Promise.resolve(), joined: true, told: failed.report };
  };

  const begin = (request: FenceRequest, times: Times): Begun => {
    const { server, action } = request;
    const slot = slotOf(server);
    const same = joinable(slot, action, clock.nowMs());
    const shared = same && running.get(same.id);
    if (shared) return join(shared, request, times);
    const bmc = deps.bmcOf(server);
    if (!bmc) {
      return refuse(request, times, {
        code: 'fence.noBmc',
        message: `the configuration gives ${server} no BMC`,
      });
    }
    const refusal = guard(slot, request, times.settings);
    if (refusal) return refuse(request, times, refusal);
    return repeated(request, times) ?? start(request, bmc, slot, times);
  };

  /** Goes on with a power-off that has time left; tells the truth about any other job, and observes. */
  const resumeOne = async (one: InterruptedJob): Promise<void> => {
    const { id, server, action, requester } = one;
    const records: RecordDeps = { clock, log, settings: deps.settings(server), record: deps.record };
    const slot = slotOf(server);
    const stops = action === 'off' || action === 'cycle';
    const deadlineMs = stops ? Math.max(0, one.remainingMs) : 0;
    const observeMs = stops || action === 'on' ? records.settings.observeMs : 0;
    const job = createJob(clock, { id, server, action, requester, deadlineMs, observeMs, resumed: true });
    const message = `Noroshi ended while ${action} of ${server} was under way; its outcome was not seen`;
    const reason: Reason = { code: 'fence.interrupted', message };
    job.trouble = reason;
    const owed = resumedRecords(records, job);
    const bmc = deps.bmcOf(server);
    if (!bmc) {
      memory.add(job);
      return concludeJob(records, job, { kind: 'unproved', reason }, owed);
    }
    const { settled } = launch(job, bmc, slot, owed);
    if (deadlineMs === 0) await settled;
  };

  return {
    async request(request) {
      const { server } = request;
      if (!deps.knows(server))
        throw new CodedError('server.unknown', `the configuration has no server ${server}`);
      if (stopping) throw new CodedError('fence.stopping');
      const settings = deps.settings(server);
      const askedMs = request.deadlineMs ?? settings.deadlineMs;
      const { job, settled, joined, told } = begin(request, { askedMs, settings });
      await within(clock, less(askedMs, settings.answerMarginMs), settled);
      return { ...(told ?? reportOf(job)), joined };
    },
    find(id) {
      const job = running.get(id)?.job ?? memory.get(id);
      return job && { report: reportOf(job), running: running.has(id) };
    },
    async resume({ interrupted, mayComeOn, stopped }) {
      for (const server of mayComeOn) slotOf(server).powerOn = { sentMs: clock.nowMs() };
      for (const { server, agoMs } of stopped) tally.begun(server, agoMs);
      await Promise.all(interrupted.map((one) => resumeOne(one)));
    },
    latestOf(server) {
      const live = [...running.values()].map(({ job }) => job);
      return latestAmong([...memory.all(), ...live], server)?.id;
    },
    refresh: attempts.forget,
    running: () => running.size,
    async stop() {
      stopping = true;
      for (const { job } of running.values()) {
        job.preempted ??= {
          code: 'fence.stopping',
          message: `the daemon stopped during ${job.action} of ${job.server}`,
        };
        job.abort.callOff();
      }
      await Promise.allSettled([...running.values()].map(({ ended }) => ended));
    },
  };
};
