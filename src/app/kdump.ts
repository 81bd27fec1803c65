import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { KdumpPort } from '../core/ports.ts';
import { createKdumpListener, type KdumpCounters, type KdumpListener } from '../stop/kdump-listener.ts';

export interface KdumpDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: () => Config;
}

/** The listener for crash kernels, as the configuration of the moment wants it. */
export interface KdumpKeeper {
  portFor(addresses: readonly string[]): KdumpPort;
  /** Undefined where no chain waits for a dump. */
  counters(): KdumpCounters | undefined;
  /** Takes over a new configuration; resolves when the port is open, or the log says why it is not. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/** The addresses of all crash kernels that some chain waits for. */
const expectedBy = ({ servers }: Config): string[] =>
  Object.values(servers).flatMap(({ chain = [] }) => chain.flatMap(({ from = [] }) => from));

/** Keeps the one socket for kdump messages; a job that began before a reload keeps the socket that it had. */
export const keepKdump = ({ clock, log, config }: KdumpDeps): KdumpKeeper => {
  const listenerFor = ({ listen, port }: Config['fence']['kdump']) =>
    createKdumpListener({ clock, log }, { address: listen, port });
  let endpoint = config().fence.kdump;
  let listener: KdumpListener = listenerFor(endpoint);

  const replace = async () => {
    const before = listener;
    endpoint = config().fence.kdump;
    listener = listenerFor(endpoint);
    await before.close();
  };

  const refresh = async () => {
    const { listen, port } = config().fence.kdump;
    const expected = expectedBy(config());
    const moved = listen !== endpoint.listen || port !== endpoint.port;
    if (moved || expected.length === 0) await replace();
    listener.expect(expected);
    if (expected.length === 0) return;
    await listener.open().catch((error: unknown) => {
      log.warn({ error: messageOf(error) }, 'nobody will wait for crash dumps');
    });
  };

  return {
    portFor: (addresses) => listener.portFor(addresses),
    counters: () => (expectedBy(config()).length > 0 ? listener.counters() : undefined),
    refresh,
    stop: () => listener.close(),
  };
};
