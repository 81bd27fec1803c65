import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { MqttHealth } from '../../src/bridge/mqtt/bridge.ts';
import type { MonitorStates } from '../../src/bridge/mqtt/monitor-states.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Site } from '../support/daemon.ts';
import { describeWithPeers } from '../support/peers.ts';
import {
  brokerHost,
  countLog,
  createBrokerFolder,
  createCertificates,
  type Mosquitto,
  retained,
  type Subscriber,
  setPassword,
  startMosquitto,
  subscribe,
} from './rig/mosquitto.ts';

const limitMs = 20_000;
const testMs = 60_000;
const root = 'noroshi/test/gateway';

const siteFor = (mqtt: Readonly<Record<string, unknown>>, sections: Readonly<Record<string, unknown>> = {}) =>
  createSite({ servers: { server1: undefined, server2: undefined }, sections: { mqtt, ...sections } });

const plain = (broker: Mosquitto) => ({ url: `mqtt://${brokerHost}:${broker.port}`, keepAliveSeconds: 2 });

const mqttHealth = async (site: Site): Promise<MqttHealth> => {
  const client = await site.connect();
  const { mqtt } = (await client.call('health', {})) as unknown as { readonly mqtt: MqttHealth };
  await client.close();
  return mqtt;
};

const connected = (site: Site) =>
  until(async () => (await mqttHealth(site)).connected, limitMs, 'the connection to the broker');

const delivered = (site: Site) =>
  until(async () => (await mqttHealth(site)).events.queued === 0, limitMs, 'the last acknowledgement');

/** Puts so many events on record, one after the other. */
const report = async (site: Site, count: number): Promise<void> => {
  const client = await site.connect();
  for (let index = 0; index < count; index += 1)
    await client.call('cluster.report', { node: 'server1', state: index % 2 === 0 ? 'up' : 'down' });
  await client.close();
};

/** The numbers of all events on record after `after`. */
const recorded = async (site: Site, after: number): Promise<number[]> => {
  const client = await site.connect();
  const { events } = await client.call('events.read', { after, limit: 1000 });
  await client.close();
  return events.map(({ seq }) => seq);
};

const seqsOf = (subscriber: Subscriber): number[] =>
  subscriber
    .seen()
    .filter(({ topic }) => topic.startsWith(`${root}/event/`))
    .map(({ payload }) => (JSON.parse(payload) as { seq: number }).seq);

/** Each the first time it was seen: delivery is at least once. */
const firsts = (seqs: readonly number[]): number[] => [...new Set(seqs)];

const at = (states: ReadonlyMap<string, string>, topic: string): unknown =>
  JSON.parse(states.get(`${root}/${topic}`) ?? 'null');

describeWithPeers(
  ['mosquitto', 'mosquitto_passwd', 'mosquitto_sub', 'openssl'],
  'the MQTT bridge and Mosquitto',
  () => {
    it(
      'loses no event and keeps the order over a restart of the broker and a SIGKILL of the daemon',
      async () => {
        // Three at a time: more than that, and the broker would end the connection.
        const lines = ['allow_anonymous true', 'max_inflight_messages 3', 'max_queued_messages 0'];
        const broker = await startMosquitto([...lines, 'persistence true', 'persistence_location ./']);
        const subscriber = await subscribe(broker);
        const site = siteFor(plain(broker));
        const first = await site.start();
        await connected(site);
        await delivered(site);
        const [start = 0] = seqsOf(subscriber);
        await report(site, 100);
        await broker.stop();
        await report(site, 100);
        await broker.start();
        const reporting = report(site, 200);
        await reporting;
        await first.kill();
        await site.start();
        await report(site, 50);
        await connected(site);
        await delivered(site);
        const wanted = (await recorded(site, start - 1)).filter((seq) => seq >= start);
        expect(wanted.length).toBeGreaterThan(450);
        await until(() => firsts(seqsOf(subscriber)).length >= wanted.length, limitMs, 'every event');
        expect(firsts(seqsOf(subscriber))).toEqual(wanted);
        expect(countLog(broker, /Receive Maximum exceeded|protocol error/i)).toBe(0);
      },
      testMs,
    );

    it(
      'keeps the retained states true: after a restart of the broker, a change, a kill and an orderly end',
      async () => {
        const broker = await startMosquitto();
        const site = siteFor(plain(broker));
        const first = await site.start();
        await connected(site);
        const online = () => retained(broker);
        await until(() => online().size === 4, limitMs, 'the retained topics');
        expect(at(online(), 'status')).toMatchObject({ state: 'online', cluster: 'test', node: 'gateway' });
        expect(at(online(), 'state/server/server1')).toMatchObject({
          ...{ name: 'server1', power: 'unknown', bmc: 'unknown', reported: 'unknown' },
          ...{ ready: 'no', evidence: { verdict: 'unknown' } },
        });
        await broker.stop();
        await report(site, 1);
        await broker.start();
        await until(() => online().size === 4, limitMs, 'the states after the restart');
        expect(at(online(), 'state/server/server1')).toMatchObject({
          ...{ reported: 'up', evidence: { verdict: 'alive' } },
        });
        await first.kill();
        const status = () => at(online(), 'status');
        await until(() => (status() as { state: string }).state === 'offline', limitMs, 'the will');
        expect(status()).toMatchObject({ cause: 'connectionLost' });
        const second = await site.start();
        await until(() => (status() as { state: string }).state === 'online', limitMs, 'the second life');
        await second.stop();
        expect(status()).toMatchObject({ state: 'offline', cause: 'stopped' });
        expect(countLog(broker, /Received SUBSCRIBE from noroshi-/)).toBe(0);
      },
      testMs,
    );

    it(
      'shows external-link monitors in retained states, as they are raised and cleared',
      async () => {
        const broker = await startMosquitto();
        const site = siteFor(plain(broker));
        const daemon = await site.start();
        await connected(site);
        const client = await site.connect();
        const states = (topic: string) => at(retained(broker), topic) as MonitorStates | null;
        const inError = (topic: string, count: number) =>
          until(() => states(topic)?.monitorsInError === count, limitMs, `${count} in ${topic}`);
        const fan = { category: 'Fan', keyword: 'FAN 2', server: 'server1' };
        await client.call('monitor.notify', { ...fan, message: 'stands still' });
        await client.call('monitor.notify', { category: 'NIC', keyword: 'eth0' });
        await inError('state/server/server1', 1);
        await inError('state/monitors', 1);
        expect(states('state/server/server1')?.monitors).toMatchObject([
          { category: 'Fan', keyword: 'FAN 2', state: 'error', message: 'stands still' },
        ]);
        expect(states('state/monitors')?.monitors).toMatchObject([{ category: 'NIC', keyword: 'eth0' }]);
        expect(states('state/server/server2')).toMatchObject({ monitorsInError: 0, monitors: [] });
        await daemon.kill();
        await site.start();
        await connected(site);
        const again = await site.connect();
        await again.call('monitor.notify', { ...fan, clear: true });
        await inError('state/server/server1', 0);
        await inError('state/monitors', 1);
        await again.call('monitor.notify', { category: 'NIC', keyword: 'eth0', clear: true });
        await inError('state/monitors', 0);
      },
      testMs,
    );

    it(
      'follows a reload: another set of servers, another prefix, and none of it any more',
      async () => {
        const broker = await startMosquitto();
        const site = siteFor(plain(broker));
        const daemon = await site.start();
        const topics = () => [...retained(broker).keys()].sort();
        await until(() => topics().length === 4, limitMs, 'the retained topics');
        const reload = (mqtt?: Readonly<Record<string, unknown>>) => {
          site.configure({ servers: { server1: undefined }, ...(mqtt && { sections: { mqtt } }) });
          daemon.signal('SIGHUP');
        };
        reload(plain(broker));
        const left = [`${root}/state/monitors`, `${root}/state/server/server1`, `${root}/status`];
        await until(() => topics().join() === left.join(), limitMs, 'the end of the topic of server2');
        expect(countLog(broker, /New client connected .* as noroshi-test-gateway /)).toBe(1);
        reload({ ...plain(broker), topicPrefix: 'noroshi/site1' });
        const status = (prefix: string) =>
          JSON.parse(retained(broker).get(`${prefix}/test/gateway/status`) ?? '{}') as { state?: string };
        await until(() => status('noroshi/site1').state === 'online', limitMs, 'the new prefix');
        expect(status('noroshi').state).toBe('offline');
        reload();
        await until(() => status('noroshi/site1').state === 'offline', limitMs, 'the end');
        await until(async () => (await mqttHealth(site)) === undefined, limitMs, 'the end of its health');
      },
      testMs,
    );

    it(
      'is held up by a frozen broker in nothing, ends while it is frozen, and goes on afterwards',
      async () => {
        const broker = await startMosquitto();
        const subscriber = await subscribe(broker);
        const site = siteFor(plain(broker));
        const daemon = await site.start();
        await connected(site);
        await delivered(site);
        broker.pause();
        await report(site, 50);
        const isGivenUp = async () => (await mqttHealth(site)).lastError?.code === 'mqtt.timeout';
        await until(isGivenUp, limitMs, 'the end of the patience with the broker');
        expect((await mqttHealth(site)).events.queued).toBeGreaterThan(0);
        expect(await daemon.stop()).toEqual({ code: 0, signal: null });
        const second = await site.start();
        await report(site, 10);
        broker.resume();
        await connected(site);
        await delivered(site);
        const [start = 0] = seqsOf(subscriber);
        const wanted = (await recorded(site, start - 1)).filter((seq) => seq >= start);
        await until(() => firsts(seqsOf(subscriber)).length >= wanted.length, limitMs, 'every event');
        expect(firsts(seqsOf(subscriber))).toEqual(wanted);
        await second.stop();
      },
      testMs,
    );

    it(
      'tells of a second gateway with its client id, and does not fight it',
      async () => {
        const broker = await startMosquitto();
        const sites = [siteFor(plain(broker)), siteFor(plain(broker))];
        const daemons = await Promise.all(sites.map((site) => site.start()));
        const told = () =>
          daemons.flatMap((one) => one.lines()).filter(({ code }) => code === 'mqtt.clientIdTaken');
        const [line] = await until(
          () => told().length > 0 && told(),
          limitMs,
          'the line about the other client',
        );
        expect(line?.reason).toContain('noroshi-test-gateway');
        // Mosquitto 2.0.11 does not say who took over, so each is told at its third time, and waits 48 s at least.
        const taken = countLog(broker, /New client connected .* as noroshi-test-gateway /);
        expect(taken).toBeGreaterThan(2);
        expect(taken).toBeLessThan(9);
        const healths = await Promise.all(sites.map(mqttHealth));
        expect(healths.map((health) => health.lastError?.code)).toContain('mqtt.clientIdTaken');
      },
      testMs,
    );

    it(
      'tells of a wrong password, waits, and connects with the right one after a reload',
      async () => {
        const folder = createBrokerFolder();
        setPassword(folder, 'gateway', 'right-word');
        const broker = await startMosquitto(['allow_anonymous false', 'password_file passwords'], folder);
        const site = createSite({ servers: { server1: undefined } });
        writeFileSync(join(site.folder, 'mqtt.pw'), 'wrong-word\n', { mode: 0o600 });
        const mqtt = { ...plain(broker), user: 'gateway', passwordFile: 'mqtt.pw' };
        site.configure({ servers: { server1: undefined }, sections: { mqtt } });
        const daemon = await site.start();
        const line = await daemon.line(({ code }) => code === 'mqtt.credentials', 'the refusal');
        expect(line.reason).toContain('0x87');
        const refusals = () => countLog(broker, /Sending CONNACK to \S+ \(0, 135\)/);
        expect(refusals()).toBe(1);
        writeFileSync(join(site.folder, 'mqtt.pw'), 'right-word\n', { mode: 0o600 });
        daemon.signal('SIGHUP');
        await connected(site);
        expect(refusals()).toBe(1);
        await daemon.stop();
        expect(daemon.output()).not.toMatch(/wrong-word|right-word/);
      },
      testMs,
    );

    it(
      'speaks TLS with a certificate of its own, and to no broker that it cannot trust',
      async () => {
        const folder = createBrokerFolder();
        createCertificates(folder);
        const files = ['cafile ca.crt', 'certfile broker.crt', 'keyfile broker.key'];
        const broker = await startMosquitto(
          [...files, 'require_certificate true', 'allow_anonymous true'],
          folder,
        );
        const file = (name: string) => join(folder, name);
        const url = `mqtts://${brokerHost}:${broker.port}`;
        const client = { certFile: file('client.crt'), keyFile: file('client.key') };
        const trusting = siteFor({ url, caFile: file('ca.crt'), ...client });
        const daemon = await trusting.start();
        await connected(trusting);
        const tls = ['--cafile', file('ca.crt'), '--cert', file('client.crt'), '--key', file('client.key')];
        await until(() => retained(broker, tls).size === 4, limitMs, 'the retained topics');
        await daemon.stop();
        const doubting = siteFor({ url, ...client });
        const other = await doubting.start();
        const line = await other.line(({ code }) => code === 'mqtt.tls', 'the doubt');
        expect(line.reason).toContain('certificate');
        expect((await mqttHealth(doubting)).connected).toBe(false);
      },
      testMs,
    );
  },
);
