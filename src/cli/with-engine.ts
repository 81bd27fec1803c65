import { connectEngine, type EngineClient } from './engine-client.ts';
import { type CommonOptions, type ExitCode, explainFailure, type Terminal } from './terminal.ts';

/** Options of the commands that talk to the daemon. */
export interface EngineOptions extends CommonOptions {
  readonly socket?: string;
}

const defaultSocket = '/run/noroshi/engine.sock';

/** The socket a command talks to: its option, the environment, the usual place. */
export const socketPath = ({ socket }: EngineOptions): string =>
  socket ?? process.env.NOROSHI_SOCKET ?? defaultSocket;

/** Runs `work` over a connection to the daemon and explains what fails. */
export const withEngine = async (
  terminal: Terminal,
  options: EngineOptions,
  work: (client: EngineClient) => Promise<ExitCode>,
): Promise<ExitCode> => {
  let client: EngineClient | undefined;
  try {
    client = await connectEngine(socketPath(options));
    return await work(client);
  } catch (error) {
    return explainFailure(terminal, error, options);
  } finally {
    await client?.close();
  }
};
