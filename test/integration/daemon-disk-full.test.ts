import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import type { Daemon } from '../support/daemon.ts';
import {
  ballastOnDisk,
  createDiskSite,
  type DiskSite,
  follow,
  impairments,
  inspect,
  untilJournalIs,
} from '../support/disk-site.ts';
import { describeWithPeers } from '../support/peers.ts';

const ballastBytes = 4 * 1024 * 1024;

describeWithPeers(['gcc'], 'a daemon whose disk is full', () => {
  let gateway: DiskSite;
  let daemon: Daemon;
  let client: EngineClient;
  let consumer: Awaited<ReturnType<typeof follow>>;
  const heard = (type: string) => consumer.events.filter((event) => event.type === type);
  const report = () => client.call('cluster.report', { node: 'slow', state: 'down' });
  const fence = (action: 'off' | 'on') => client.call('fence.request', { server: 'quick', action });

  beforeAll(async () => {
    gateway = await createDiskSite();
    daemon = await gateway.start();
    client = await gateway.site.connect();
    consumer = await follow(await gateway.site.connect());
  });
  afterAll(() => gateway.end());

  test('held room back from its start on', () => {
    expect(ballastOnDisk(gateway.site)).toBeGreaterThanOrEqual(ballastBytes);
  });

  test('records forced stops in that room, one that was under way too, and power-ons', async () => {
    const { answer } = await gateway.stopUnderWay(client);
    gateway.disk.befall('full');
    for (const action of ['off', 'on', 'off'] as const) {
      expect(await fence(action)).toMatchObject({ outcome: 'confirmed', journalled: true });
    }
    expect(await answer).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: true });
    expect(ballastOnDisk(gateway.site)).toBeLessThan(ballastBytes);
    expect(heard('fence.finished')).toHaveLength(4);
  });

  test('refuses what matters less, and says so in the answer, in health, in an event and once in the log', async () => {
    await expect(report()).rejects.toMatchObject({
      code: 'journal.failed',
      message: expect.stringContaining('free some space'),
    });
    const { journal } = await client.call('health', {});
    expect(journal).toMatchObject({ state: 'impaired', reason: 'fullDisk', lastSeq: expect.any(Number) });
    expect(heard('journal.impaired')).toMatchObject([
      { severity: 'critical', data: { reason: 'fullDisk', message: expect.stringContaining('is full') } },
    ]);
    expect(impairments(daemon)).toEqual(['fullDisk']);
  });

  test('still stops servers once that room is used up, and says that it is not on record', async () => {
    gateway.disk.befall('exhausted');
    expect(await fence('on')).toMatchObject({ outcome: 'refused', reason: { code: 'fence.journal' } });
    expect(await fence('off')).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
    expect((await client.call('events.read', {})).events.length).toBeGreaterThan(3);
    gateway.disk.heal('exhausted');
    expect(await fence('off')).toMatchObject({ journalled: true });
  });

  test('starts on a full disk without any such room', async () => {
    gateway.disk.befall('exhausted');
    await daemon.stop();
    daemon = await gateway.start();
    client = await gateway.site.connect();
    expect(impairments(daemon)).toEqual(['fullDisk']);
    expect(await client.call('server.get', { server: 'quick' })).toMatchObject({ power: 'unknown' });
    expect(await fence('off')).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
    await until(
      () => daemon.lines().some(({ error }) => String(error).includes('free some space')),
      5_000,
      'the log to say what to do',
    );
  });

  test('is well again, with new room held back, once there is space', async () => {
    consumer = await follow(await gateway.site.connect());
    gateway.disk.heal('exhausted');
    gateway.disk.heal('full');
    await untilJournalIs(client, 'ok');
    await report();
    expect(await fence('on')).toMatchObject({ outcome: 'confirmed', journalled: true });
    expect(ballastOnDisk(gateway.site)).toBeGreaterThanOrEqual(ballastBytes);
    await until(() => heard('cluster.reported').length > 0, 5_000, 'the report');
    expect(heard('journal.recovered')).toMatchObject([
      { data: { reason: 'fullDisk', since: expect.any(String), lost: expect.any(Number) } },
    ]);
  });

  test('leaves a whole journal, with every event that was told', async () => {
    await daemon.stop();
    const { check, rows } = inspect(gateway.site);
    expect(check).toBe('ok');
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, index) => index + 1));
    const types = new Map(rows.map(({ seq, type }) => [seq, type]));
    expect(consumer.events.filter(({ seq, type }) => types.get(seq) !== type)).toEqual([]);
  });
});
