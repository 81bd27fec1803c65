import type { TestResult } from '../../bridge/noc/noc-sink.ts';
import { mibText } from '../../bridge/noc/snmp/mib.ts';
import { defaultBaseOid } from '../../bridge/noc/snmp/objects.ts';
import { type ExitCode, exitCodes, type Terminal, table } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

const words = ({ taken, proof, failure }: TestResult): string => {
  if (!taken) return `FAILED: ${failure ?? 'not taken'}`;
  return proof === 'answered' ? 'the receiver has it' : 'sent, and nobody objected; look at the receiver';
};

/** What came of the tests, for people. */
export const renderTests = (results: readonly TestResult[]): string[] =>
  table(results.map((result) => [result.sink, `${result.tookMs} ms`, words(result)]));

/** `noroshi noc test [SINK]`: sends a test message and says what came of it. */
export const nocTestCommand = (
  terminal: Terminal,
  sink: string | undefined,
  options: EngineOptions,
): Promise<ExitCode> =>
  withEngine(terminal, options, async (client) => {
    const { results } = await client.call('noc.test', sink === undefined ? {} : { sink });
    const lines = options.json ? [JSON.stringify(results)] : renderTests(results);
    for (const line of lines) terminal.out(line);
    return results.every(({ taken }) => taken) ? exitCodes.done : exitCodes.failed;
  });

const oidShape = /^1(\.(0|[1-9]\d{0,9})){5,30}$/;

/** `noroshi noc mib [--base-oid OID]`: the MIB for the place where the site hangs it. */
export const nocMibCommand = (terminal: Terminal, { baseOid }: { readonly baseOid?: string }): ExitCode => {
  const base = baseOid ?? defaultBaseOid;
  if (!oidShape.test(base)) {
    terminal.error(`noroshi: "${base}" is no OID such as 1.3.6.1.4.1.32473.1`);
    return exitCodes.usage;
  }
  terminal.out(mibText(base).trimEnd());
  return exitCodes.done;
};
