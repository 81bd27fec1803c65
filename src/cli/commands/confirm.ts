import { person } from '../person.ts';
import { type ExitCode, exitCodes, type Terminal } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

export interface ConfirmOptions extends EngineOptions {
  readonly reason: string;
  readonly despiteLife?: boolean;
  readonly requester?: string;
}

/** `noroshi confirm SERVER --reason TEXT [--despite-life]`: the operator's word that a server is off. */
export const confirmCommand = (
  terminal: Terminal,
  server: string,
  options: ConfirmOptions,
): Promise<ExitCode> =>
  withEngine(terminal, options, async (client) => {
    const result = await client.call('server.confirm', {
      server,
      reason: options.reason,
      requester: options.requester ?? person(),
      despiteLife: options.despiteLife ?? false,
    });
    const { evidence, requester, at } = result;
    if (options.json) terminal.out(JSON.stringify(result));
    else {
      terminal.out(`${server}: counts as off by the word of ${requester}, on record since ${at}`);
      terminal.out(`  verdict  ${evidence.verdict}: ${evidence.why}`);
    }
    return exitCodes.done;
  });
