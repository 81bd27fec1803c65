import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
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

/** Twice 500 ms for the disk, and what a busy machine takes for the rest. */
const answerLimitMs = 4_000;

const timed = async <T>(work: Promise<T>): Promise<{ value: T; ms: number }> => {
  const startedAt = performance.now();
  const value = await work;
  return { value, ms: performance.now() - startedAt };
};

describeWithPeers(['gcc'], 'a daemon whose disk hangs', () => {
  let gateway: DiskSite;
  let daemon: Daemon;
  let client: EngineClient;
  let consumer: { readonly events: readonly { seq: number; type: string; data: unknown }[] };
  const answered: string[] = [];

  beforeAll(async () => {
    gateway = await createDiskSite();
    daemon = await gateway.start();
    client = await gateway.site.connect();
    consumer = await follow(await gateway.site.connect());
  });
  afterAll(() => gateway.end());

  test('proves a forced stop that was under way, and one that begins now, in time', async () => {
    const { answer } = await gateway.stopUnderWay(client);
    gateway.disk.befall('hang');
    const { value, ms } = await timed(client.call('fence.request', { server: 'quick', action: 'off' }));
    expect(value).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(answerLimitMs);
    expect(gateway.sims.powerChanges('quick').at(-1)?.power).toBe('off');
    const earlier = await answer;
    expect(earlier).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
    answered.push(value.job, earlier.job);
  });

  test('refuses a power-on, for want of a record', async () => {
    expect(await client.call('fence.request', { server: 'quick', action: 'on' })).toMatchObject({
      outcome: 'refused',
      reason: { code: 'fence.journal' },
    });
  });

  test('says so once in the log and in health, and answers everything else in time', async () => {
    await untilJournalIs(client, 'hung');
    expect(impairments(daemon)).toEqual(['hung']);
    const failed = { code: 'journal.failed' };
    const { ms } = await timed(
      Promise.all([
        client.call('server.list', {}),
        client.call('fence.get', { server: 'quick' }),
        expect(client.call('events.read', {})).rejects.toMatchObject(failed),
        expect(client.call('events.ack', { consumer: 'engine', seq: 1 })).rejects.toMatchObject(failed),
        expect(client.call('cluster.report', { node: 'slow', state: 'down' })).rejects.toMatchObject(failed),
      ]),
    );
    expect(ms).toBeLessThan(answerLimitMs);
    const { stdout } = await gateway.site.cli(['status']);
    expect(stdout).toMatch(/journal: hung since .*does not answer/);
  });

  test('has everything on record, in order, once the disk answers again', async () => {
    gateway.disk.heal('hang');
    await untilJournalIs(client, 'ok');
    await until(() => consumer.events.some(({ type }) => type === 'journal.recovered'), 10_000, 'the news');
    const seqs = consumer.events.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
    const finished = consumer.events.filter(({ type }) => type === 'fence.finished');
    expect(JSON.stringify(finished)).toContain(answered[0]);
    expect(JSON.stringify(finished)).toContain(answered[1]);
    expect(consumer.events.map(({ type }) => type)).toContain('journal.impaired');
    expect(consumer.events.map(({ type }) => type)).toContain('cluster.reported');
    expect(await client.call('fence.request', { server: 'quick', action: 'on' })).toMatchObject({
      outcome: 'confirmed',
      journalled: true,
    });
  });

  test('leaves a whole journal', async () => {
    const heard = consumer.events.map(({ seq, type }) => ({ seq, type }));
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    const { check, rows } = inspect(gateway.site);
    expect(check).toBe('ok');
    expect(rows.slice(0, heard.length).map(({ seq, type }) => ({ seq, type }))).toEqual(heard);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, index) => index + 1));
  });

  test('ends in time while the disk hangs', async () => {
    daemon = await gateway.start();
    gateway.disk.befall('hang');
    const ended = await daemon.stop(20_000);
    gateway.disk.heal('hang');
    expect(ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(daemon.lines().map(({ message }) => message)).toContain('stopped');
  });
});
