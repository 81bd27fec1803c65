import { type Clock, within } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { FenceAction, Reason } from '../core/outcome.ts';
import type { BmcPort } from '../core/ports.ts';
import type { Event, FenceReport, NewEvent } from '../events/catalogue.ts';
import type { CarriedOver, InterruptedJob } from './carry-over.ts';
import type { Identities } from './identity.ts';
import { createJob, type Job } from './job.ts';
import type { Chain } from './methods.ts';
import { type JobRecords, openRecords, type RecordDeps, resumedRecords } from './records.ts';
import { reportOf } from './report.ts';
import { concludeJob, type RunningJob, runJob } from './run-job.ts';
import type { FenceSettings } from './settings.ts';
import { blocked, createSlot, joinable, type Slot } from './slots.ts';

export interface FenceRequest {
  readonly server: string;
  readonly action: FenceAction;
  readonly requester: string;
  /** From now, in milliseconds; the settings' where absent. */
  readonly deadlineMs?: number | undefined;
}

/** What a caller is told; `joined` where an identical job was under way already. */
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
}

const mostRemembered = 200;

/** A margin never takes more than a quarter of a short deadline. */
const less = (askedMs: number, marginMs: number): number => askedMs - Math.min(marginMs, askedMs / 4);

/** Jobs that are over, the latest few. */
const createMemory = () => {
  const jobs = new Map<string, Job>();
  return {
    add(job: Job) {
      jobs.set(job.id, job);
      if (jobs.size <= mostRemembered) return;
      for (const oldest of jobs.keys()) {
        jobs.delete(oldest);
        return;
      }
    },
    get: (id: string) => jobs.get(id),
    all: () => jobs.values(),
  };
};

/** The job among `jobs` that began last and was more than a look. */
const latestAmong = (jobs: readonly Job[], server: string): Job | undefined =>
  jobs
    .filter((job) => job.server === server && job.action !== 'status')
    .reduce<Job | undefined>(
      (latest, job) => (latest && latest.startedMs > job.startedMs ? latest : job),
      undefined,
    );

/** The forced-stop service: jobs keyed by server and action, which outlive whoever asked for them. */
export const createFenceService = (deps: FenceDeps): FenceService => {
  const { clock, log } = deps;
  const slots = new Map<string, Slot>();
  /** By the id of the job. */
  const running = new Map<string, RunningJob>();
  const memory = createMemory();
  let stopping = false;

  const slotOf = (server: string): Slot => {
    const slot = slots.get(server) ?? createSlot();
    slots.set(server, slot);
    return slot;
  };

  const guard = (slot: Slot, { server, action }: FenceRequest): Reason | undefined => {
    if (server === deps.self && action !== 'status') {
      const message = `${server} is the server this gateway runs on; ask the gateway of another server`;
      return { code: 'fence.self', message };
    }
    return blocked(slot, server, action, clock.nowMs());
  };

  const newJob = ({ server, action, requester }: FenceRequest, { askedMs, settings }: Times): Job => {
    const observes = action === 'off' || action === 'cycle' || action === 'on';
    const observeMs = observes ? settings.observeMs : 0;
    const deadlineMs = less(askedMs, settings.decisionMarginMs);
    return createJob(clock, { id: deps.newJobId(), server, action, requester, deadlineMs, observeMs });
  };

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
    const records = openRecords({ clock, log, settings, record: deps.record }, job, askedMs);
    return { job, settled: launch(job, bmc, slot, records).settled, joined: false };
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
      openRecords(records, job, askedMs),
    );
    return { job, settled, joined: false };
  };

  const join = ({ job, settled, extend }: RunningJob, request: FenceRequest, times: Times): Begun => {
    extend(clock.nowMs() + less(times.askedMs, times.settings.decisionMarginMs));
    const { id, server, action } = job;
    const data = { job: id, server, action, requester: request.requester };
    deps.record({ type: 'fence.joined', source: 'fence', data }).catch(() => {
      log.error({ data }, 'that a request joined a job was not recorded');
    });
    return { job, settled, joined: true };
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
    const refusal = guard(slot, request);
    return refusal ? refuse(request, times, refusal) : start(request, bmc, slot, times);
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
      const { job, settled, joined } = begin(request, { askedMs, settings });
      await within(clock, less(askedMs, settings.answerMarginMs), settled);
      return { ...reportOf(job), joined };
    },
    find(id) {
      const job = running.get(id)?.job ?? memory.get(id);
      return job && { report: reportOf(job), running: running.has(id) };
    },
    async resume({ interrupted, mayComeOn }) {
      for (const server of mayComeOn) slotOf(server).powerOn = { sentMs: clock.nowMs() };
      await Promise.all(interrupted.map((one) => resumeOne(one)));
    },
    latestOf(server) {
      const live = [...running.values()].map(({ job }) => job);
      return latestAmong([...memory.all(), ...live], server)?.id;
    },
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
