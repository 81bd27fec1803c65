import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { type DatagramListener, startDatagramListener } from '../support/datagram-listener.ts';
import { createDiskSite, type DiskSite, untilJournalIs } from '../support/disk-site.ts';
import { describeWithPeers } from '../support/peers.ts';

/** 2 s for the disk, 5 s until the journal is looked at, and what a busy machine takes for the rest. */
const toldLimitMs = 20_000;

interface Heard {
  readonly type: string;
  readonly key: string;
  readonly state: string;
  readonly seq: number;
}

const message = /(\S+) \[noroshi@32473 key="([^"]*)" state="([^"]*)".*? seq="(\d+)"/;

const heardIn = ({ datagrams }: DatagramListener): Heard[] =>
  datagrams.flatMap((datagram) => {
    const [, type = '', key = '', state = '', seq = ''] = message.exec(datagram) ?? [];
    return type === '' ? [] : [{ type, key, state, seq: Number(seq) }];
  });

/** Several waits in one test. */
const testLimitMs = 90_000;

describeWithPeers(['gcc'], 'a NOC whose gateway has a disk that hangs', () => {
  let gateway: DiskSite;
  let client: EngineClient;
  let logs: DatagramListener;
  const about = (key: string) => heardIn(logs).filter((heard) => heard.key === key);

  beforeAll(async () => {
    logs = await startDatagramListener();
    gateway = await createDiskSite({
      noc: { sinks: { logs: { type: 'syslog', host: '127.0.0.1', port: logs.port, transport: 'udp' } } },
    });
    await gateway.start();
    client = await gateway.site.connect();
    await client.call('fence.request', { server: 'bare', action: 'off' });
    await until(
      () => about('gateway/fence/bare').length === 1,
      toldLimitMs,
      'the NOC to hear on a good disk',
    );
    gateway.disk.befall('hang');
  });
  afterAll(() => gateway.end());

  test('hears of a forced stop that fails, and of one that succeeds, past the journal', {
    timeout: testLimitMs,
  }, async () => {
    const fence = (server: string) => client.call('fence.request', { server, action: 'off' });
    const [failed, done] = await Promise.all([fence('bare'), fence('quick')]);
    expect(failed).toMatchObject({ fenced: false, journalled: false });
    expect(done).toMatchObject({ fenced: true, journalled: false });
    await until(
      () => about('gateway/fence/bare').length === 2 && about('gateway/fence/quick').length === 1,
      toldLimitMs,
      'the NOC to hear of both',
    );
    expect(about('gateway/fence/bare')[1]).toMatchObject({ type: 'fence.finished', state: 'raise', seq: 0 });
    expect(about('gateway/fence/quick')).toMatchObject([{ type: 'fence.finished', state: 'clear', seq: 0 }]);
  });

  test('hears of the disk itself', async () => {
    await until(() => about('gateway/journal').length > 0, toldLimitMs, 'the NOC to hear of the disk');
    expect(about('gateway/journal')).toMatchObject([{ type: 'journal.impaired', state: 'raise', seq: 0 }]);
  });

  test('hears of each once more from the record, under the same key, when the disk is back', {
    timeout: testLimitMs,
  }, async () => {
    gateway.disk.heal('hang');
    await untilJournalIs(client, 'ok');
    await until(() => about('gateway/journal').at(-1)?.state === 'clear', toldLimitMs, 'the end of it');
    const { events } = await client.call('events.read', {
      types: ['fence.finished', 'journal.*'],
      limit: 100,
    });
    const recorded = events.map(({ seq }) => seq);
    const ofThese = () =>
      heardIn(logs).filter(({ type, seq }) => seq > 0 && /^(fence\.finished|journal\.)/.test(type));
    await until(() => ofThese().length >= recorded.length, toldLimitMs, 'everything on record');
    expect(ofThese().map(({ seq }) => seq)).toEqual(recorded);
    expect(about('gateway/fence/bare').map(({ seq }) => seq > 0)).toEqual([true, false, true]);
    expect(about('gateway/fence/quick').map(({ state, seq }) => [state, seq > 0])).toEqual([
      ['clear', false],
      ['clear', true],
    ]);
    expect(about('gateway/journal').map(({ state, seq }) => [state, seq > 0])).toEqual([
      ['raise', false],
      ['raise', true],
      ['clear', true],
    ]);
  });
});
