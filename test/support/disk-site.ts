import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import type { Event, FenceReport } from '../../src/events/catalogue.ts';
import { until } from './bounded.ts';
import { createSite, type Daemon, type Site, type SiteOptions } from './daemon.ts';
import { createIllDisk, type IllDisk } from './ill-disk.ts';
import type { JsonLine } from './noroshi-process.ts';
import { type SimBmcs, startSimBmcs } from './sim-bmc-process.ts';

/** A gateway on a disk that can fall ill: a server `slow`, whose power-off takes a while, `quick`, and `bare`, which has no BMC. */
export interface DiskSite {
  readonly site: Site;
  readonly sims: SimBmcs;
  readonly disk: IllDisk;
  start(): Promise<Daemon>;
  /** Begins a forced stop of `slow`; resolves when its BMC has accepted it, with the answer to come. */
  stopUnderWay(client: EngineClient): Promise<{ readonly answer: Promise<FenceReport> }>;
  end(): Promise<void>;
}

const slowOffMs = 1_500;
const limitMs = 10_000;

export const createDiskSite = async (sections: SiteOptions['sections'] = {}): Promise<DiskSite> => {
  const sims = await startSimBmcs([
    { name: 'slow', offDelayMs: slowOffMs, onDelayMs: 0 },
    { name: 'quick', offDelayMs: 0, onDelayMs: 0 },
  ]);
  const site = createSite({
    servers: { slow: sims.access('slow'), quick: sims.access('quick'), bare: undefined },
    sections,
  });
  const disk = createIllDisk(site.stateDirectory);
  return {
    site,
    sims,
    disk,
    start: () => site.start({ env: disk.env }),
    async stopUnderWay(client) {
      await sims.set('slow', { power: 'on' });
      const answer = client.call('fence.request', { server: 'slow', action: 'off' });
      const accepted = async () => (await client.call('fence.get', { server: 'slow' })).accepted;
      await until(accepted, limitMs, 'the power-off to be accepted');
      return { answer };
    },
    end: () => sims.process.stop().then(() => undefined),
  };
};

const stateOf = async (client: EngineClient): Promise<string> => {
  const { journal } = await client.call('health', {});
  return journal.state === 'ok' ? 'ok' : journal.reason;
};

/** Waits until the daemon says that its journal is in this state: `ok`, or what is wrong. */
export const untilJournalIs = (client: EngineClient, state: string, withinMs = 30_000): Promise<unknown> =>
  until(async () => (await stateOf(client)) === state, withinMs, `the journal to be ${state}`);

/** Lines of the log that say that the journal is ill, by reason. */
export const impairments = (daemon: Daemon): unknown[] =>
  daemon
    .lines()
    .filter(({ message }: JsonLine) => String(message).startsWith('the journal is impaired'))
    .map(({ reason }) => reason);

/** Follows every event from the beginning; `events` grows. */
export const follow = async (client: EngineClient): Promise<{ readonly events: Event[] }> => {
  const events: Event[] = [];
  client.onNotification(({ method, params }) => {
    if (method === 'event') events.push(params as Event);
  });
  await client.call('events.subscribe', { consumer: 'engine', after: 0 });
  return { events };
};

const inspector = fileURLToPath(new URL('./inspect-journal.mjs', import.meta.url));

/** What is in a journal file. */
export interface JournalContents {
  /** The verdict of `quick_check`: `ok`. */
  readonly check: string;
  readonly rows: readonly { readonly seq: number; readonly type: string; readonly data: string }[];
}

/** What a stopped daemon left in its journal. */
export const inspect = (site: Site): JournalContents => {
  const file = join(site.stateDirectory, 'journal.db');
  const found = execFileSync(process.execPath, [inspector, file], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(found.toString('utf8')) as JournalContents;
};

/** Bytes that the ballast really takes on the disk; 0 where there is none. */
export const ballastOnDisk = (site: Site): number => {
  const file = statSync(join(site.stateDirectory, 'ballast'), { throwIfNoEntry: false });
  return file ? file.blocks * 512 : 0;
};

/** The damaged journals that were kept. */
export const damagedJournals = (site: Site): string[] =>
  readdirSync(site.stateDirectory).filter((name) => /^journal\.db\.damaged-[0-9TZ.]+$/.test(name));
