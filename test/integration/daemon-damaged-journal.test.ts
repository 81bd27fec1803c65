import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { isoNow, systemClock } from '../../src/core/clock.ts';
import { until } from '../support/bounded.ts';
import type { Daemon } from '../support/daemon.ts';
import { createDiskSite, type DiskSite, damagedJournals, inspect } from '../support/disk-site.ts';

const pageBytes = 4_096;

describe('a daemon that finds its journal damaged', () => {
  let gateway: DiskSite;
  let daemon: Daemon;
  let client: EngineClient;
  let lastSeq = 0;
  let started: string;
  const file = () => join(gateway.site.stateDirectory, 'journal.db');
  const fence = (server: string) => client.call('fence.request', { server, action: 'off' });
  const guidOf = async (server: string) => (await client.call('server.get', { server })).guid;
  const connect = async () => {
    daemon = await gateway.site.start();
    client = await gateway.site.connect();
  };

  beforeAll(async () => {
    gateway = await createDiskSite();
    await connect();
    await fence('quick');
    expect(await guidOf('quick')).toBeDefined();
    await daemon.stop();
    lastSeq = inspect(gateway.site).rows.at(-1)?.seq ?? 0;
    writeFileSync(file(), readFileSync(file()).fill(0x41, 2 * pageBytes, 4 * pageBytes));
    started = isoNow(systemClock);
    await connect();
  });
  afterAll(() => gateway.end());

  test('keeps it, begins another, and says loudly what is lost', async () => {
    const [kept = ''] = damagedJournals(gateway.site);
    const movedTo = join(gateway.site.stateDirectory, kept);
    expect(statSync(movedTo).size).toBeGreaterThan(4 * pageBytes);
    const { events } = await client.call('events.read', {});
    expect(events[0]).toMatchObject({
      type: 'journal.replaced',
      severity: 'critical',
      data: { movedTo, viewKept: false },
    });
    expect(events[0]?.at.localeCompare(started)).toBeGreaterThan(0);
    const line = daemon.lines().find((one) => one.movedTo === movedTo);
    expect(line).toMatchObject({ level: 'error', message: expect.stringContaining('pinned BMC identities') });
  });

  test('still stops servers, and pins their identities anew', async () => {
    const pinned = async () => (await client.call('events.read', { types: ['bmc.identityPinned'] })).events;
    await until(async () => (await pinned()).length === 2, 10_000, 'both identities to be pinned anew');
    const { answer } = await gateway.stopUnderWay(client);
    expect(await fence('quick')).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: true });
    expect(await answer).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: true });
    expect(await guidOf('quick')).toBeDefined();
  });

  test('gives no number twice: whoever goes on after the last event it had is told of the gap', async () => {
    const late = await gateway.site.connect();
    const gap = new Promise((resolve) =>
      late.onNotification(({ method, params }) => method === 'events.gap' && resolve(params)),
    );
    await late.call('events.subscribe', { after: lastSeq });
    const { events } = await client.call('events.read', {});
    const first = events[0]?.seq ?? 0;
    expect(first).toBeGreaterThan(lastSeq);
    expect(await gap).toEqual({ from: lastSeq + 1, to: first - 1 });
    await late.close();
  });

  test('goes on when the file is overwritten while it runs, and starts again after that', async () => {
    for (let index = 0; index < 200; index += 1) {
      await client.call('cluster.report', { node: 'slow', state: 'up' });
    }
    const { size } = statSync(file());
    writeFileSync(file(), Buffer.alloc(size, 0x41), { flag: 'r+' });
    expect(await fence('quick')).toMatchObject({ outcome: 'confirmed', fenced: true });
    await client.call('events.read', {}).catch(() => undefined);
    expect(await fence('quick')).toMatchObject({ outcome: 'confirmed', fenced: true });
    await daemon.stop();
    await connect();
    expect(await fence('quick')).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: true });
    await daemon.stop();
    const { check, rows } = inspect(gateway.site);
    expect(check).toBe('ok');
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, index) => (rows[0]?.seq ?? 0) + index));
  });
});
