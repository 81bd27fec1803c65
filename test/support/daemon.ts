import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine, type EngineClient } from '../../src/cli/engine-client.ts';
import { atEnd } from '../interop/rig/endings.ts';
import { type RunOptions, type RunResult, run } from '../interop/rig/run.ts';
import {
  type JsonLine,
  type NoroshiProcess,
  noroshi,
  type StartOptions,
  startNoroshi,
} from './noroshi-process.ts';

/** Where a server's BMC is, and who logs in there. */
export interface BmcAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly kg?: string;
  readonly privilege?: 'user' | 'operator' | 'administrator';
  readonly cipherSuites?: readonly number[];
  /** Device model, where it is another than `ipmi`. */
  readonly model?: string;
}

export interface SiteOptions {
  /** Undefined for a server without a BMC. */
  readonly servers: Readonly<Record<string, BmcAccess | undefined>>;
  /** Chains of methods, by server. */
  readonly chains?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** Sections of the configuration in place of the usual ones. */
  readonly sections?: Readonly<Record<string, unknown>>;
}

/** A daemon that runs in a {@link Site}. */
export type Daemon = NoroshiProcess;

/** A folder with the configuration, the secrets and the state of one gateway, and what one does with it. */
export interface Site {
  readonly folder: string;
  readonly configFile: string;
  readonly socket: string;
  readonly stateDirectory: string;
  /** Writes the configuration and its password files anew; a running daemon reads them on SIGHUP. */
  configure(options: SiteOptions): void;
  /** `noroshi run`, without waiting for anything. */
  launch(options?: StartOptions): Daemon;
  /** `noroshi run`; resolves when its log says that it is ready. */
  start(options?: StartOptions): Promise<Daemon>;
  /** One command to its end, with NOROSHI_SOCKET set to this site's socket. */
  cli(words: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** A connection to the daemon, closed with the test file at the latest. */
  connect(): Promise<EngineClient>;
}

const readyLimitMs = 15_000;

const writeSecret = (path: string, secret: string): string => {
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  return path;
};

const bmcSection = (folder: string, name: string, access: BmcAccess) => {
  const { password, kg, ...options } = access;
  return {
    model: 'ipmi',
    ...options,
    passwordFile: writeSecret(join(folder, `${name}.pw`), password),
    ...(kg === undefined ? {} : { kgFile: writeSecret(join(folder, `${name}.kg`), kg) }),
  };
};

const configText = (folder: string, { servers, chains, sections }: SiteOptions): string => {
  const entries = Object.entries(servers).map(([name, access]) => [
    name,
    {
      ...(access && { bmc: bmcSection(folder, name, access) }),
      ...(chains?.[name] && { chain: chains[name] }),
    },
  ]);
  const config = {
    version: 1,
    cluster: 'test',
    self: { node: 'gateway', role: 'control' },
    stateDirectory: 'state',
    engine: { socket: 'engine.sock', mode: '0600' },
    servers: Object.fromEntries(entries),
    deviceDirectories: [],
    log: { level: 'debug' },
    ...sections,
  };
  // JSON is YAML too.
  return JSON.stringify(config, undefined, 2);
};

const isReady = (line: JsonLine): boolean => line.message === 'ready';

/** What the daemon has to complain of itself; an alert is about a server. */
export const complaints = (daemon: Daemon): JsonLine[] =>
  daemon.lines().filter(({ level, alert }) => (level === 'warn' || level === 'error') && alert === undefined);

/** A new site in a folder of its own, which goes with the test file. */
export const createSite = (options: SiteOptions): Site => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-site-'));
  const configFile = join(folder, 'noroshi.yaml');
  const socket = join(folder, 'engine.sock');
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const daemons: Daemon[] = [];
  atEnd({
    async stop() {
      await Promise.all(daemons.map((daemon) => daemon.stop()));
      removeFolder();
    },
    kill: removeFolder,
  });
  const configure = (changed: SiteOptions) => writeFileSync(configFile, configText(folder, changed));
  configure(options);
  const launch = (start?: StartOptions) => {
    const daemon = startNoroshi(['run', '--config', configFile], start);
    daemons.push(daemon);
    return daemon;
  };
  return {
    folder,
    configFile,
    socket,
    stateDirectory: join(folder, 'state'),
    configure,
    launch,
    async start(start) {
      const daemon = launch(start);
      await daemon.line(isReady, 'the ready line of the daemon', readyLimitMs);
      return daemon;
    },
    cli: (words, runOptions = {}) =>
      run([process.execPath, noroshi, ...words], {
        ...runOptions,
        env: { NOROSHI_SOCKET: socket, ...runOptions.env },
      }),
    async connect() {
      const client = await connectEngine(socket);
      const over = atEnd({ stop: () => client.close(), kill: () => undefined });
      void client.closed.then(over);
      return client;
    },
  };
};
