import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import type { Daemon } from '../support/daemon.ts';
import {
  createDiskSite,
  type DiskSite,
  follow,
  impairments,
  inspect,
  untilJournalIs,
} from '../support/disk-site.ts';
import { describeWithPeers } from '../support/peers.ts';

describeWithPeers(['gcc'], 'a daemon whose state directory is read-only', () => {
  let gateway: DiskSite;
  let daemon: Daemon;
  let client: EngineClient;
  const fence = (action: 'off' | 'on') => client.call('fence.request', { server: 'quick', action });

  beforeAll(async () => {
    gateway = await createDiskSite();
    daemon = await gateway.start();
    client = await gateway.site.connect();
    await fence('off');
    await daemon.stop();
  });
  afterAll(() => gateway.end());

  test('does not start, and says which directory to mend, and how', async () => {
    gateway.disk.befall('readonly');
    const refused = gateway.site.launch({ env: gateway.disk.env });
    expect(await refused.exited).toEqual({ code: 1, signal: null });
    expect(refused.lines().at(-1)).toMatchObject({
      level: 'error',
      code: 'journal.failed',
      error: expect.stringContaining(`${gateway.site.stateDirectory} cannot be written; mount`),
    });
    gateway.disk.heal('readonly');
  });

  test('goes on with forced stops when it becomes so while it runs', async () => {
    daemon = await gateway.start();
    client = await gateway.site.connect();
    const { answer } = await gateway.stopUnderWay(client);
    gateway.disk.befall('readonly');
    expect(await fence('off')).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
    expect(await answer).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
  });

  test('refuses what must not be done without a record, and says so once in the log', async () => {
    expect(await fence('on')).toMatchObject({ outcome: 'refused', reason: { code: 'fence.journal' } });
    await expect(client.call('cluster.report', { node: 'slow', state: 'up' })).rejects.toMatchObject({
      code: 'journal.failed',
    });
    const { journal } = await client.call('health', {});
    expect(journal).toMatchObject({ state: 'impaired', reason: 'readOnly' });
    expect(impairments(daemon)).toEqual(['readOnly']);
    expect((await client.call('events.read', {})).events.length).toBeGreaterThan(3);
  });

  test('says by itself that it is well again, since when it was not, and what was lost', async () => {
    gateway.disk.heal('readonly');
    await untilJournalIs(client, 'ok');
    const { events } = await client.call('events.read', { types: ['journal.*'] });
    expect(events).toMatchObject([
      { type: 'journal.recovered', data: { reason: 'readOnly', lost: expect.any(Number) } },
    ]);
    expect(await fence('on')).toMatchObject({ outcome: 'confirmed', journalled: true });
  });

  test('leaves a whole journal', async () => {
    const { events } = await follow(await gateway.site.connect());
    await daemon.stop();
    const { check, rows } = inspect(gateway.site);
    expect(check).toBe('ok');
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, index) => index + 1));
    expect(events.map(({ type }) => type)).toEqual(rows.slice(0, events.length).map(({ type }) => type));
  });
});
