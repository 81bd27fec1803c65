import { protocolVersion } from '../bridge/engine/protocol.ts';
import { connectEngine, type EngineClient } from './engine-client.ts';
import { type CommonOptions, type ExitCode, explainFailure, type Terminal } from './terminal.ts';

/** Options of the commands that talk to the daemon. */
export interface EngineOptions extends CommonOptions {
  readonly socket?: string;
}

const defaultSocket = '/run/noroshi/engine.sock';

/** How long a daemon may take to say hello; one that is stopped takes connections and answers nothing. */
const helloLimitMs = 5_000;

/** The socket a command talks to: its option, the environment, the usual place. Empty is the same as not given. */
export const socketPath = ({ socket }: EngineOptions): string =>
  socket || process.env.NOROSHI_SOCKET || defaultSocket;

/** Runs `work` over the connection that `connect` makes, and explains what fails. */
export const withClient = async (
  terminal: Terminal,
  connect: () => Promise<EngineClient>,
  options: CommonOptions,
  work: (client: EngineClient) => Promise<ExitCode>,
): Promise<ExitCode> => {
  let client: EngineClient | undefined;
  try {
    client = await connect();
    await client.call('hello', { client: 'cli', protocol: protocolVersion }, { timeoutMs: helloLimitMs });
    return await work(client);
  } catch (error) {
    return explainFailure(terminal, error, options);
  } finally {
    await client?.close();
  }
};

/** Runs `work` over a connection to the daemon and explains what fails. */
export const withEngine = (
  terminal: Terminal,
  options: EngineOptions,
  work: (client: EngineClient) => Promise<ExitCode>,
): Promise<ExitCode> => withClient(terminal, () => connectEngine(socketPath(options)), options, work);
