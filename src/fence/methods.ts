import type { KdumpPort, StopPort } from '../core/ports.ts';
import { byScript } from './by-script.ts';
import type { Ending } from './job.ts';
import { kdumpWait } from './kdump-wait.ts';
import { nmiWait } from './nmi-wait.ts';
import { forceOff } from './off.ts';
import type { ProcedureContext } from './procedure.ts';

/** What each method is told; a further one is an entry here and one in {@link kinds}. Times in milliseconds. */
interface MethodSettings {
  readonly bmc: { readonly limitMs: number | undefined };
  readonly script: { readonly limitMs: number; readonly port: StopPort };
  readonly nmiWait: { readonly limitMs: number };
  readonly kdumpWait: {
    readonly limitMs: number;
    readonly port: KdumpPort;
    /** Whether it makes the kernel crash; one may be set to crash by itself. */
    readonly sendNmi: boolean;
    /** How long the first message may take. */
    readonly firstMessageMs: number;
    /** How long messages must be missing before the dump counts as over. */
    readonly quietMs: number;
  };
}

export type MethodName = keyof MethodSettings;

/** One way to stop a server, and how long it may take before the next one is tried. */
export type StopMethod<Name extends MethodName = MethodName> = {
  readonly [Each in Name]: { readonly method: Each } & MethodSettings[Each];
}[Name];

/** The methods of one server in their order; the chain ends at the first proof. */
export type Chain = readonly StopMethod[];

/** What a server without a chain of its own gets: its BMC, for as long as the deadline lasts. */
export const bmcOnly: Chain = [{ method: 'bmc', limitMs: undefined }];

interface MethodKind<Name extends MethodName> {
  /** It gives time for a dump, and can never prove anything: where time is short, the others go first. */
  readonly waits: boolean;
  /** It may run in a job that a restart cut off: what it may not do twice, it does not do then. */
  readonly runsResumed: boolean;
  readonly run: (context: ProcedureContext, method: StopMethod<Name>) => Promise<Ending>;
}

const kinds: { readonly [Name in MethodName]: MethodKind<Name> } = {
  bmc: { waits: false, runsResumed: true, run: forceOff },
  script: { waits: false, runsResumed: false, run: (context, { port }) => byScript(context, port) },
  nmiWait: { waits: true, runsResumed: false, run: nmiWait },
  kdumpWait: { waits: true, runsResumed: true, run: kdumpWait },
};

export const runMethod = <Name extends MethodName>(
  context: ProcedureContext,
  method: StopMethod<Name>,
): Promise<Ending> => {
  const kind: MethodKind<Name> = kinds[method.method];
  return kind.run(context, method);
};

/** See {@link MethodKind.waits}. */
export const onlyWaits = ({ method }: StopMethod): boolean => kinds[method].waits;

/** The methods that a job may still use: the NMI or the script of one that a restart cut off may have been under way. */
export const stillAllowed = (chain: Chain, { resumed }: { readonly resumed: boolean }): Chain =>
  resumed ? chain.filter(({ method }) => kinds[method].runsResumed) : chain;
