import { CodedError, type ErrorCode, messageOf } from '../core/errors.ts';
import type { Reason } from '../core/outcome.ts';
import type { BmcPort, BmcSession, CallLimits } from '../core/ports.ts';
import type { NewEvent } from '../events/catalogue.ts';

/** What was last recorded of a server, so that only changes become events. */
export interface LastKnown {
  readonly power: 'on' | 'off' | 'unknown';
  readonly bmc: 'ok' | 'unreachable' | 'refused' | 'unknown';
  readonly bmcReason?: Reason | undefined;
}

export interface ReportingDeps {
  readonly server: string;
  readonly lastKnown: () => LastKnown;
  /** Takes the event; a failing journal is its own to report, and holds nothing up here. */
  readonly report: (event: NewEvent) => void;
}

const source = 'bmc';
/** Codes that say "nobody there"; every other code means that the BMC answered, with a no. */
const silent: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'bmc.timeout',
  'bmc.portClosed',
  'bmc.unreachable',
]);

const reportFailure = ({ server, lastKnown, report }: ReportingDeps, { code, message }: CodedError): void => {
  const reason: Reason = { code, message };
  const state = silent.has(code) ? 'unreachable' : 'refused';
  const known = lastKnown();
  if (known.bmc === state && known.bmcReason?.code === code) return;
  report({ type: `bmc.${state}`, source, data: { server, reason } });
};

const reportPower = ({ server, lastKnown, report }: ReportingDeps, power: 'on' | 'off'): void => {
  if (lastKnown().power !== power)
    report({ type: 'server.powerChanged', source, data: { server, power, by: 'bmc' } });
};

const reportingSession = (deps: ReportingDeps, session: BmcSession): BmcSession => ({
  ...session,
  async readPower(limits: CallLimits) {
    const power = await session.readPower(limits);
    reportPower(deps, power);
    return power;
  },
});

/** The same BMC, with what its answers and silences show turned into events. */
export const reportingBmc = (port: BmcPort, deps: ReportingDeps): BmcPort => ({
  async open(limits) {
    try {
      const session = await port.open(limits);
      if (deps.lastKnown().bmc !== 'ok') {
        deps.report({ type: 'bmc.answered', source, data: { server: deps.server } });
      }
      return reportingSession(deps, session);
    } catch (error) {
      const coded =
        error instanceof CodedError
          ? error
          : new CodedError('bmc.protocol', messageOf(error), { cause: error });
      // A login that its caller called off says nothing about the BMC.
      if (!limits.signal?.aborted) reportFailure(deps, coded);
      throw coded;
    }
  },
  close: () => port.close(),
});
