import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { atEnd } from '../interop/rig/endings.ts';
import { bounded } from '../support/bounded.ts';
import { createSite, type Site } from '../support/daemon.ts';
import { noroshi } from '../support/noroshi-process.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

/** A reader of the log that has stopped, as a journald whose disk hangs: a pipe that is full, with writes that wait. */

let sims: SimBmcs;
let site: Site;
beforeAll(async () => {
  sims = await startSimBmcs([{ name: 'one' }]);
  site = createSite({ servers: { one: sims.access('one') } });
});
afterAll(() => sims.process.stop());

const pipeBytes = 64 * 1024;

/** A daemon whose log goes into a pipe of 64 KiB that nobody reads. */
const startUnread = async () => {
  const path = join(site.folder, 'log');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR);
  const child = spawn(process.execPath, [noroshi, 'run', '--config', site.configFile], {
    stdio: ['ignore', pipe, 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  atEnd({
    async stop() {
      child.kill('SIGKILL');
      await gone;
      closeSync(pipe);
    },
    kill: () => void child.kill('SIGKILL'),
  });
  const connected = async (): Promise<EngineClient> => {
    for (;;) {
      const client = await site.connect().catch(() => undefined);
      if (client) return client;
    }
  };
  return { child, gone, pipe, client: await bounded(connected(), 15_000, 'the daemon to listen') };
};

test('a forced stop is proved, and the daemon ends, while nobody reads its log', async () => {
  const { child, gone, pipe, client } = await startUnread();
  const monitor = { category: 'Test', keyword: 'log' };
  const message = 'x'.repeat(200);
  /** Each is a line of the log. */
  for (let told = 0; told < 1_000; told += 1)
    await bounded(
      client.call('monitor.notify', { ...monitor, ...(told % 2 === 0 ? { message } : { clear: true }) }),
      10_000,
      `notification ${told} to be answered`,
    );
  const stop = client.call('fence.request', { server: 'one', action: 'off' });
  expect(await bounded(stop, 10_000, 'the forced stop')).toMatchObject({
    outcome: 'confirmed',
    fenced: true,
  });
  expect(sims.powerChanges('one').at(-1)?.power).toBe('off');
  child.kill('SIGTERM');
  await bounded(gone, 15_000, 'the daemon to end');
  const lines = Buffer.alloc(2 * pipeBytes);
  const text = lines.toString('utf8', 0, readSync(pipe, lines));
  expect(text).toContain('"message":"ready"');
  // The pipe was full long before.
  expect(text).not.toContain('"message":"stopping"');
});
