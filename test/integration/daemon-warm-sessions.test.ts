import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

/** What is left of warm sessions is counted where it counts: in the BMC. */

const limitMs = 10_000;
const idleMs = 1_500;

let sims: SimBmcs;
let site: Site;

beforeAll(async () => {
  sims = await startSimBmcs([
    { name: 'server1', sessionIdleMs: idleMs, offDelayMs: 0 },
    { name: 'server2', slots: 1, sessionIdleMs: idleMs },
  ]);
  const servers = {
    server1: { ...sims.access('server1'), warmSession: true },
    server2: { ...sims.access('server2'), warmSession: true },
  };
  site = createSite({ servers });
});

afterAll(() => sims.process.stop());

const count = (name: string, event: string): number =>
  sims.facts(name).filter((fact) => fact.event === event).length;

const open = (name: string): number => count(name, 'sessionOpened') - count(name, 'sessionClosed');

/** The simulator's word reaches this process a little later than it holds. */
const openComesTo = (name: string, wanted: number): Promise<unknown> =>
  until(() => open(name) === wanted, limitMs, `${wanted} open sessions of ${name}`);

/** Resolves when the first rehearsals are over, which have sessions of their own, and the warm one is alone. */
const startWarm = async (): Promise<Daemon> => {
  const daemon = await site.start();
  const client = await site.connect();
  const isReady = async () => (await client.call('server.get', { server: 'server1' })).ready === 'yes';
  await until(isReady, limitMs, 'the first rehearsal');
  await openComesTo('server1', 1);
  await client.close();
  return daemon;
};

test('none is left when the daemon has stopped', async () => {
  const daemon = await startWarm();
  const client = await site.connect();
  expect(await client.call('fence.request', { server: 'server1', action: 'off' })).toMatchObject({
    fenced: true,
  });
  await openComesTo('server1', 1);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  await openComesTo('server1', 0);
});

test('one is left when the daemon is killed, until the BMC finds it idle, and none is opened twice', async () => {
  const killed = await startWarm();
  killed.signal('SIGKILL');
  await killed.exited;
  expect(open('server1')).toBe(1);
  await openComesTo('server1', 0);
  expect(sims.facts('server1').findLast(({ event }) => event === 'sessionClosed')).toMatchObject({
    why: 'idle',
  });
  const next = await startWarm();
  expect(open('server1')).toBe(1);
  await next.stop();
  await openComesTo('server1', 0);
});

test('where the BMC has a single slot, none stays open', async () => {
  const before = count('server2', 'sessionOpened');
  const daemon = await site.start();
  await until(() => count('server2', 'sessionOpened') > before, limitMs, 'the look at the slots');
  await openComesTo('server2', 0);
  await daemon.stop();
});
