import { errorCatalogue } from '../../core/errors.ts';
import { type ExitCode, exitCodes, type Terminal } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

/** `noroshi bmc pin|unpin SERVER`: remembers which BMC belongs to a server, or forgets it. */
export const pinCommand = (
  terminal: Terminal,
  verb: 'pin' | 'unpin',
  server: string,
  options: EngineOptions,
): Promise<ExitCode> =>
  withEngine(terminal, options, async (client) => {
    const result =
      verb === 'pin'
        ? await client.call('bmc.pin', { server })
        : await client.call('bmc.unpin', { server, requester: 'cli' });
    const { outcome, guid, reason } = result;
    if (options.json) terminal.out(JSON.stringify(result));
    else {
      const done =
        verb === 'pin' ? `the BMC with the identity ${guid} is remembered` : 'no BMC is remembered now';
      terminal.out(`${server}: ${outcome === 'confirmed' ? done : `${verb} ${outcome}`}`);
      if (reason) terminal.out(`  reason   ${reason.code}: ${reason.message}`);
      if (reason) terminal.out(`  do       ${errorCatalogue[reason.code].remedy}`);
    }
    return outcome === 'confirmed' ? exitCodes.done : exitCodes.failed;
  });
