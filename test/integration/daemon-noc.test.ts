import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { type ByteServer, startByteServer } from '../support/line-servers.ts';
import { startSmtpServer } from '../support/smtp-server.ts';

/** The daemon, its journal and receivers of syslog and mail, as an operator meets them. */

const limitMs = 60_000;

let logs: ByteServer;
let site: Site;
let daemon: Daemon;
let client: EngineClient;

const sectionsFor = (port: number, more: Record<string, unknown> = {}) => ({
  servers: { one: undefined },
  sections: {
    alerts: { language: 'ja' },
    noc: { sinks: { logs: { type: 'syslog', host: '127.0.0.1', port, transport: 'tcp' }, ...more } },
  },
});

const healthOf = async (sink: string) => {
  const { noc } = (await client.call('health', {})) as { noc?: { sinks: Record<string, unknown> } };
  return noc?.sinks[sink];
};

beforeAll(async () => {
  logs = await startByteServer();
  site = createSite(sectionsFor(logs.port));
  daemon = await site.start();
  client = await site.connect();
}, limitMs);

afterAll(async () => {
  await client.close();
  await daemon.stop();
});

test('a failed forced stop is told without being asked for', { timeout: limitMs }, async () => {
  await client.call('fence.request', { server: 'one', action: 'off' });
  await until(() => logs.text().includes('fence.finished'), 15_000, 'the failure');
  expect(logs.text()).toMatch(/fence\.finished \[noroshi@32473 key="gateway\/fence\/one" state="raise"/);
  expect(logs.text()).toContain('サーバ one の強制停止 (off) に失敗しました');
});

test('no client can be the consumer of a sink', async () => {
  await expect(client.call('events.ack', { consumer: 'sink:logs', seq: 1 })).rejects.toMatchObject({
    code: 'rpc.params',
  });
});

test('a receiver that is away costs nothing, and has all of it later', { timeout: limitMs }, async () => {
  await logs.stop();
  for (let count = 0; count < 5; count += 1)
    await client.call('fence.request', { server: 'one', action: 'off' });
  expect(await site.cli(['noc', 'test'])).toMatchObject({ code: 1 });
  const { events } = await client.call('events.read', { types: ['fence.finished'], limit: 100 });
  await logs.start();
  // At least once: what was written in the moment of the cut goes out again.
  const seqs = () => [
    ...new Set([...logs.text().matchAll(/fence\.finished .*? seq="(\d+)"/g)].map(([, seq]) => Number(seq))),
  ];
  await until(() => seqs().length >= events.length, 45_000, 'every failure');
  expect(seqs()).toEqual(events.map(({ seq }) => seq));
  await until(async () => (await healthOf('logs')) !== undefined, 5_000, 'the health of the sink');
  expect(await healthOf('logs')).toMatchObject({ type: 'syslog', lost: 0 });
});

test('a reload starts and ends sinks', { timeout: limitMs }, async () => {
  const smtp = await startSmtpServer();
  const mail = {
    ...{ type: 'mail', host: '127.0.0.1', port: smtp.port, security: 'none' },
    ...{ from: 'a@example.com', to: ['b@example.com'] },
  };
  site.configure(sectionsFor(logs.port, { people: mail }));
  daemon.signal('SIGHUP');
  await until(async () => (await healthOf('people')) !== undefined, 15_000, 'the new sink');
  expect((await site.cli(['noc', 'test', 'people'])).stdout).toContain('the receiver has it');
  await client.call('fence.request', { server: 'one', action: 'off' });
  await until(() => smtp.mails.some(({ data }) => data.includes('fence.finished')), 15_000, 'the mail');
  site.configure(sectionsFor(logs.port));
  daemon.signal('SIGHUP');
  await until(async () => (await healthOf('people')) === undefined, 15_000, 'the end of the sink');
});
