import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine, type EngineClient } from '../../src/cli/engine-client.ts';
import { residentMiB, start } from '../noroshi-process.ts';
import type { Receiver } from './receivers.ts';
import { community, senders } from './rig.ts';

/** Rates that no load here reaches. */
const noStorms = {
  sourcePerSecond: 100_000,
  sourceRearmPerSecond: 100_000,
  overallPerSecond: 100_000,
  overallRearmPerSecond: 100_000,
};

const configFor = (folder: string, storms: boolean): string => {
  writeFileSync(join(folder, 'communities'), community, { mode: 0o600 });
  return JSON.stringify({
    ...{ version: 1, cluster: 'bench', self: { node: 'bench', role: 'control' }, stateDirectory: 'state' },
    engine: { socket: 'engine.sock' },
    servers: Object.fromEntries([...senders.values()].map((server) => [server, {}])),
    log: { level: 'info' },
    traps: {
      listen: [{ address: '127.0.0.1', port: 0 }],
      sources: Object.fromEntries(senders),
      communitiesFile: 'communities',
      ...(!storms && { storm: noStorms }),
    },
  });
};

/** The daemon as users run it: with its rules, its memory of what was told, and its journal on disk. */
export interface DaemonReceiver extends Receiver {
  readonly client: EngineClient;
  counters(): Promise<Counters>;
  residentMiB(): number;
}

type Health = Awaited<ReturnType<EngineClient['call']>>;
export type Counters = NonNullable<Extract<Health, { traps?: unknown }>['traps']>;

/** `storms`: storm control as configured by default, else out of the way. */
export const startDaemon = async (parent: string, storms = false): Promise<DaemonReceiver> => {
  const folder = mkdtempSync(join(parent, 'daemon-'));
  const config = join(folder, 'noroshi.yaml');
  writeFileSync(config, configFor(folder, storms));
  const daemon = start(['run', '--config', config]);
  await daemon.until(({ message }) => message === 'ready');
  daemon.ignoreLines();
  const client = await connectEngine(join(folder, 'engine.sock'));
  const counters = async (): Promise<Counters> => {
    const { traps } = (await client.call('health', {})) as { traps?: Counters };
    if (!traps) throw new Error('the daemon receives no traps');
    return traps;
  };
  return {
    ...{ pid: daemon.child.pid ?? 0, port: (await counters()).listeners[0]?.port ?? 0, client, counters },
    residentMiB: () => residentMiB(daemon),
    handled: async () => (await counters()).recorded,
    async stop() {
      await client.close();
      await daemon.stop();
    },
  };
};
