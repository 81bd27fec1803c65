import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineClient } from '../../../src/cli/engine-client.ts';
import type { Event } from '../../../src/events/catalogue.ts';
import type { TrapCounters } from '../../../src/snmp-trap/receiver.ts';
import { until } from '../bounded.ts';
import { createSite, type Daemon, type Site } from '../daemon.ts';
import { createIllDisk, type IllDisk } from '../ill-disk.ts';
import type { V3Account } from './v3-sender.ts';

export interface TrapSiteOptions {
  readonly communities?: readonly string[];
  readonly users?: readonly V3Account[];
  /** Name of the sender, by address; 127.0.0.1 is `server1` where nothing else is said. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Addresses of forwarders. */
  readonly relays?: readonly string[];
  readonly listen?: readonly { readonly address: string; readonly port: number }[];
  /** When a flood is a storm; none is where nothing is said. */
  readonly storm?: Readonly<Record<string, number>>;
  /** Added to the daemon's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the journal's disk can fall ill; that takes a compiler. */
  readonly illDisk?: boolean;
}

/** A gateway that receives traps. */
export interface TrapSite {
  readonly site: Site;
  readonly daemon: Daemon;
  readonly client: EngineClient;
  readonly disk: IllDisk | undefined;
  /** The ports of the listeners, in their order. */
  readonly ports: readonly number[];
  counters(): Promise<TrapCounters>;
  /** The events of a type, once there are so many. */
  events(type: 'trap.received' | 'trap.refused', count: number): Promise<readonly Event[]>;
  /** Writes the section anew, and has the daemon read it. */
  reload(options: TrapSiteOptions): Promise<void>;
}

/** What `health` says of traps. */
export const countersOver = async (client: EngineClient): Promise<TrapCounters> => {
  const { traps } = (await client.call('health', {})) as { traps?: TrapCounters };
  if (!traps) throw new Error('health says nothing of traps');
  return traps;
};

const waitMs = 10_000;

const secretFile = (site: Site, name: string, content: string): string => {
  const path = join(site.folder, name);
  writeFileSync(path, `${content}\n`, { mode: 0o600 });
  return path;
};

const sectionFor = (
  site: Site,
  { communities = ['public'], users = [], sources, relays = [], listen }: TrapSiteOptions,
) => ({
  listen: listen ?? [{ address: '127.0.0.1', port: 0 }],
  sources: sources ?? { '127.0.0.1': 'server1' },
  relays,
  communitiesFile: secretFile(site, 'communities', communities.join('\n')),
  users: users.map(({ user, protocol, authPassphrase, privPassphrase }) => ({
    ...{ name: user, authProtocol: protocol },
    authFile: secretFile(site, `${user}.auth`, authPassphrase),
    ...(privPassphrase !== undefined && { privFile: secretFile(site, `${user}.priv`, privPassphrase) }),
  })),
});

/** Every trap with a number of its own is an event of its own, and no rate is a storm. */
const numberedTraps = `kind: trap
model: numbered
description: Good traps of a barrage
values:
  number: { oid: 1.3.6.1.4.1.32473.1 }
  text: { oid: 1.3.6.1.4.1.32473.1.1 }
rules:
  - name: numbered
    trapOid: 1.3.6.1.6.3.1.1.5.3
    when: { text: { begins: every } }
    severity: info
    text: '{text} {number}'
`;
const noStorm = { sourcePerSecond: 100_000, overallPerSecond: 100_000 };

const definitionsIn = (site: Site): string => {
  const folder = join(site.folder, 'devices');
  mkdirSync(join(folder, 'trap'), { recursive: true });
  writeFileSync(join(folder, 'trap', 'numbered.yaml'), numberedTraps);
  return folder;
};

const server = { host: '127.0.0.1', port: 9, user: 'nobody', password: 'none' };

/** The daemon is of no use to anybody else meanwhile: rehearsals find no BMC, and are rare. */
const sectionsFor = (site: Site, options: TrapSiteOptions) => ({
  log: { level: 'info' },
  readiness: { intervalSeconds: 86_400 },
  traps: { ...sectionFor(site, options), storm: options.storm ?? noStorm },
  deviceDirectories: [definitionsIn(site)],
});

export const startTrapSite = async (options: TrapSiteOptions = {}): Promise<TrapSite> => {
  const site = createSite({ servers: { server1: server } });
  site.configure({ servers: { server1: server }, sections: sectionsFor(site, options) });
  const disk = options.illDisk ? createIllDisk(site.stateDirectory) : undefined;
  const daemon = await site.start({ env: { ...options.env, ...disk?.env } });
  const client = await site.connect();
  const counters = () => countersOver(client);
  const { listeners } = await counters();
  return {
    ...{ site, daemon, client, disk, counters },
    ports: listeners.map(({ port }) => port),
    async events(type, count) {
      const read = async () => (await client.call('events.read', { types: [type] })).events;
      const enough = async () => {
        const found = await read();
        return found.length >= count && found;
      };
      return until(enough, waitMs, `${count} events ${type}`);
    },
    async reload(changed) {
      const before = (await client.call('events.read', { types: ['config.reloaded'] })).events.length;
      site.configure({ servers: { server1: server }, sections: sectionsFor(site, changed) });
      daemon.signal('SIGHUP');
      const done = async () =>
        (await client.call('events.read', { types: ['config.reloaded'] })).events.length > before;
      await until(done, waitMs, 'the reload');
    },
  };
};
