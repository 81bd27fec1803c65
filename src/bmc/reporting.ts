import { silentCodes } from '../core/bmc-failures.ts';
import type { Clock } from '../core/clock.ts';
import { CodedError, messageOf } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { Reason } from '../core/outcome.ts';
import type { BmcPort, BmcReadings, BmcSession, CallLimits, JudgeGuid } from '../core/ports.ts';
import type { NewEvent } from '../events/catalogue.ts';

/** What was last recorded of a server, so that only changes become events, and now and then that there is none. */
export interface LastKnown {
  readonly power: 'on' | 'off' | 'unknown';
  readonly bmc: 'ok' | 'unreachable' | 'refused' | 'unknown';
  readonly bmcReason?: Reason | undefined;
}

export interface ReportingDeps {
  readonly clock: Clock;
  readonly server: string;
  readonly lastKnown: () => LastKnown;
  /** Whether the BMC that answers is the one of the server: another one's answers are none of its. */
  readonly judge: JudgeGuid;
  /** Takes the event; settles when it is in the view, or lost. A failing journal is its own to report. */
  readonly report: (event: NewEvent) => Promise<void>;
}

const source = 'bmc';
/**
 * How long a state that does not change goes without another word, so that its age is known. Every background
 * check at the default 300 s says one; checks that come faster do not flood the journal.
 */
const retellAfterMs = 240_000;

/** Tells a state where it is another than the one told last, which may still be on its way to the view. */
const tellChanges = <State>({ report, clock }: ReportingDeps, inView: () => State) => {
  let underWay: { readonly state: State } | undefined;
  let lastToldMs: number | undefined;
  return (state: State, event: NewEvent, again?: NewEvent): void => {
    const nowMs = clock.nowMs();
    if ((underWay ? underWay.state : inView()) === state) {
      const isOld = lastToldMs === undefined || nowMs - lastToldMs >= retellAfterMs;
      if (underWay || !again || !isOld) return;
      lastToldMs = nowMs;
      void report(again);
      return;
    }
    lastToldMs = nowMs;
    const told = { state };
    underWay = told;
    void report(event).finally(() => {
      if (underWay === told) underWay = undefined;
    });
  };
};

/** Tells what the answers and silences of one BMC show. */
const createReporter = (deps: ReportingDeps) => {
  const { server, lastKnown } = deps;
  const tellPower = tellChanges<LastKnown['power']>(deps, () => lastKnown().power);
  const tellBmc = tellChanges<string>(deps, () => {
    const { bmc, bmcReason } = lastKnown();
    return bmcReason ? `${bmc} ${bmcReason.code}` : bmc;
  });
  return {
    power: (power: 'on' | 'off') =>
      tellPower(
        power,
        { type: 'server.powerChanged', source, data: { server, power, by: 'bmc' } },
        { type: 'bmc.rechecked', source, data: { server, bmc: 'ok', power } },
      ),
    // Not told again by itself: nearly every session reads the power, and that tells it too.
    answered: () => tellBmc('ok', { type: 'bmc.answered', source, data: { server } }),
    failed({ code, message }: Reason) {
      const reason: Reason = { code, message };
      const state = silentCodes.has(code) ? 'unreachable' : 'refused';
      tellBmc(
        `${state} ${code}`,
        { type: `bmc.${state}`, source, data: { server, reason } },
        { type: 'bmc.rechecked', source, data: { server, bmc: state } },
      );
    },
  };
};

type Reporter = ReturnType<typeof createReporter>;

const reportingSession = (reporter: Reporter, session: BmcSession): BmcSession => ({
  ...session,
  async readPower(limits: CallLimits) {
    const power = await session.readPower(limits);
    reporter.power(power);
    return power;
  },
});

/** A login at the right BMC is an answer; otherwise what kept it from being one is told. */
const tellExamined = (reporter: Reporter, findings: readonly Finding[]): void => {
  const stranger = findings.find(({ check, state }) => check === 'identity' && state === 'bad');
  const loggedIn = findings.some(({ check, state }) => check === 'login' && state === 'good');
  if (loggedIn && !stranger) reporter.answered();
  else {
    const [reason] = findings.flatMap((finding) => reasonIn(finding) ?? []);
    if (reason) reporter.failed(reason);
  }
};

const reasonIn = (finding: Finding): Reason | undefined =>
  finding.state === 'bad' && finding.code ? { code: finding.code, message: finding.message } : undefined;

/**
 * Reads that came through are an answer. One that failed is not told: it may have run out of its own time in the
 * midst of a hundred answers, and silence must not be claimed of a BMC that speaks.
 */
const reportingReadings = (reporter: Reporter, readings: BmcReadings): BmcReadings => {
  const tellAnswer = <Value>(value: Value): Value => {
    reporter.answered();
    return value;
  };
  return {
    sensors: async (...asked) => tellAnswer(await readings.sensors(...asked)),
    eventLog: async (...asked) => tellAnswer(await readings.eventLog(...asked)),
  };
};

/** The same BMC, with what its answers and silences show turned into events. */
export const reportingBmc = (port: BmcPort, deps: ReportingDeps): BmcPort => {
  const reporter = createReporter(deps);
  return {
    async open(limits) {
      try {
        const session = await port.open(limits);
        const standing = deps.judge(session.guid);
        if (typeof standing !== 'object') {
          reporter.answered();
          return reportingSession(reporter, session);
        }
        reporter.failed(standing);
        return session;
      } catch (error) {
        const coded =
          error instanceof CodedError
            ? error
            : new CodedError('bmc.protocol', messageOf(error), { cause: error });
        // A login that its caller called off says nothing about the BMC.
        if (!limits.signal?.calledOff) reporter.failed(coded);
        throw coded;
      }
    },
    async examine(limits, judge) {
      const findings = await port.examine(limits, judge);
      if (!limits.signal?.calledOff) tellExamined(reporter, findings);
      return findings;
    },
    ...(port.readings && { readings: reportingReadings(reporter, port.readings) }),
    // Anybody could have answered that, so it is told as nothing.
    ...(port.acknowledgePet && { acknowledgePet: port.acknowledgePet }),
    close: () => port.close(),
  };
};
