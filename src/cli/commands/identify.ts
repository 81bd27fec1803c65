import { errorCatalogue } from '../../core/errors.ts';
import { type ExitCode, exitCodes, type Terminal } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

/** `noroshi identify SERVER on|off`: lights the identify lamp of a server for 250 s, or puts it out. */
export const identifyCommand = (
  terminal: Terminal,
  server: string,
  state: string,
  options: EngineOptions,
): Promise<ExitCode> | ExitCode => {
  if (state !== 'on' && state !== 'off') {
    terminal.error(`noroshi: the identify lamp goes on or off, not "${state}"`);
    return exitCodes.usage;
  }
  return withEngine(terminal, options, async (client) => {
    const result = await client.call('identify.set', { server, lit: state === 'on', requester: 'cli' });
    const { outcome, reason } = result;
    if (options.json) terminal.out(JSON.stringify(result));
    else {
      const until = state === 'on' && outcome === 'confirmed' ? ' (goes out by itself after 250 s)' : '';
      terminal.out(`${server}: identify lamp ${state} ${outcome}${until}`);
      if (reason) terminal.out(`  reason   ${reason.code}: ${reason.message}`);
      if (reason) terminal.out(`  do       ${errorCatalogue[reason.code].remedy}`);
    }
    return outcome === 'confirmed' ? exitCodes.done : exitCodes.failed;
  });
};
