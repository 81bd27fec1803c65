import { describe, expect, it } from 'vitest';
import type { ServerRow } from '../../../../src/bridge/engine/services.ts';
import { type MqttSettings, startMqttBridge } from '../../../../src/bridge/mqtt/bridge.ts';
import type { Message } from '../../../../src/bridge/mqtt/connection.ts';
import type { MonitorStates } from '../../../../src/bridge/mqtt/monitor-states.ts';
import { silentLogger } from '../../../../src/core/log.ts';
import { longestMonitorText } from '../../../../src/core/monitor-names.ts';
import { PersistentMap } from '../../../../src/core/persistent-map.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import {
  type ErrorMonitor,
  type MonitorMap,
  type MonitorView,
  monitorKey,
} from '../../../../src/events/monitors.ts';
import { createFakeBroker } from '../../../support/fake-broker.ts';

const settings: MqttSettings = {
  address: { host: 'broker', port: 1883 },
  ...{ clientId: 'noroshi-prod-a-server1', keepAliveSeconds: 15, topicPrefix: 'noroshi', events: ['*'] },
};

const rowOf = (name: string, ageMs: number): ServerRow => ({
  ...{ name, power: 'on', powerAt: '2026-01-01T00:00:00.000Z', bmc: 'ok', guid: 'a-guid', reported: 'up' },
  ...{ ready: 'yes', identify: { lit: false } },
  readiness: { checkedAt: `${ageMs}`, provedAt: `${ageMs}`, because: `it worked ${ageMs} ms ago` },
  evidence: { verdict: 'alive', why: `seen ${ageMs} ms ago`, facts: [] },
});

const aMonitor = (more: Partial<ErrorMonitor>): ErrorMonitor => ({
  ...{
    category: 'Fan',
    keyword: 'FAN 1',
    state: 'error',
    message: 'it is broken',
    origin: 'notify',
    by: 'x',
  },
  ...{ since: '2026-01-01T00:00:00.000Z', raisedAt: '2026-01-01T00:00:00.000Z', count: 1 },
  ...more,
});

const servers = ['server1', 'server2'];

const contentOf = (messages: readonly Message[]) =>
  messages.map(({ topic, payload }) => [topic, JSON.parse(payload) as object]);

const createBench = () => {
  const clock = createVirtualClock();
  const broker = createFakeBroker();
  const state: { monitors: MonitorMap } = { monitors: PersistentMap.empty() };
  const bridge = startMqttBridge(settings, {
    ...{ clock, log: silentLogger, open: broker.open, random: () => 0.5, language: () => 'en' },
    gateway: { cluster: 'prod-a', node: 'server1', version: '0.1.0' },
    servers: () => servers,
    row: (name) => (servers.includes(name) ? rowOf(name, clock.nowMs()) : undefined),
    monitors: () => state.monitors,
  });
  return { clock, broker, bridge, state };
};

const noMonitors = { monitorsInError: 0, monitors: [] };
const gateway = { cluster: 'prod-a', node: 'server1', version: '0.1.0' };

describe('the MQTT bridge', () => {
  it('leaves a will, tells that it is online, and then the state of every server, without ages', async () => {
    const { clock, broker } = createBench();
    const { will, clientId } = broker.last().options;
    expect(clientId).toBe('noroshi-prod-a-server1');
    expect(will).toMatchObject({ topic: 'noroshi/prod-a/server1/status', retain: true });
    expect(JSON.parse(will.payload)).toEqual({ ...gateway, state: 'offline', cause: 'connectionLost' });
    broker.last().answer();
    await clock.advance(100);
    const state = {
      ...{ power: 'on', powerAt: '2026-01-01T00:00:00.000Z', bmc: 'ok', reported: 'up', ready: 'yes' },
      ...{
        identify: { lit: false },
        evidence: { verdict: 'alive' },
        ...noMonitors,
        at: '2026-01-01T00:00:00.100Z',
      },
    };
    expect(contentOf(broker.last().published)).toEqual([
      ['noroshi/prod-a/server1/status', { ...gateway, state: 'online', since: '2026-01-01T00:00:00.000Z' }],
      ['noroshi/prod-a/server1/state/server/server1', { name: 'server1', ...state }],
      ['noroshi/prod-a/server1/state/server/server2', { name: 'server2', ...state }],
      ['noroshi/prod-a/server1/state/monitors', { ...noMonitors, at: '2026-01-01T00:00:00.100Z' }],
    ]);
    // Ages go on, and are no change.
    await clock.advance(3_600_000);
    expect(broker.last().published).toHaveLength(4);
  });

  it('shows the monitors of a server with it, and those of none in a topic of their own', async () => {
    const { clock, broker, bridge, state } = createBench();
    broker.last().answer();
    await clock.advance(100);
    broker.last().published.length = 0;
    const fan = aMonitor({ category: 'Fan', keyword: 'FAN 2', server: 'server2', class: 'fatal' });
    const nic = aMonitor({ category: 'NIC', keyword: 'eth0' });
    const gone = aMonitor({ category: 'Fan', keyword: 'FAN 2', server: 'server9', untold: true });
    const over = { ...aMonitor({ category: 'NIC', keyword: 'eth1', server: 'server2' }), state: 'normal' };
    const all = [fan, nic, gone, over as MonitorView].map((one) => [monitorKey(one), one] as const);
    state.monitors = PersistentMap.from(Object.fromEntries(all));
    for (const server of ['server2', undefined, 'server9']) bridge.touchMonitors(server);
    await clock.advance(100);
    const shown = { state: 'error', since: '2026-01-01T00:00:00.000Z', message: 'it is broken' };
    expect(contentOf(broker.last().published)).toMatchObject([
      [
        'noroshi/prod-a/server1/state/server/server2',
        { monitorsInError: 1, monitors: [{ category: 'Fan', keyword: 'FAN 2', class: 'fatal', ...shown }] },
      ],
      [
        'noroshi/prod-a/server1/state/monitors',
        {
          monitorsInError: 2,
          monitors: [
            { category: 'Fan', keyword: 'FAN 2', server: 'server9', silenced: true, ...shown },
            { category: 'NIC', keyword: 'eth0', ...shown },
          ],
        },
      ],
    ]);
    state.monitors = PersistentMap.empty();
    bridge.touchMonitors('server2');
    await clock.advance(100);
    expect(contentOf(broker.last().published.slice(2))).toMatchObject([
      ['noroshi/prod-a/server1/state/server/server2', noMonitors],
      ['noroshi/prod-a/server1/state/monitors', noMonitors],
    ]);
  });

  it('shows the 32 newest of many monitors, in a bounded message, and says how many there are', async () => {
    const { clock, broker, bridge, state } = createBench();
    broker.last().answer();
    await clock.advance(100);
    broker.last().published.length = 0;
    const longest = (index: number) =>
      aMonitor({
        category: 'C'.repeat(longestMonitorText.category),
        keyword: `${index}`.padStart(longestMonitorText.keyword, 'K'),
        server: 'server1',
        message: '\uFFFF'.repeat(longestMonitorText.message),
        since: new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString(),
      });
    const many = Array.from({ length: 512 }, (_, index) => longest(index));
    state.monitors = PersistentMap.from(Object.fromEntries(many.map((one) => [monitorKey(one), one])));
    bridge.touchMonitors('server1');
    await clock.advance(100);
    const [message] = broker.last().published;
    expect(Buffer.byteLength(message?.payload ?? '')).toBeLessThan(32 * 1024);
    const { monitorsInError, monitors } = JSON.parse(message?.payload ?? '') as MonitorStates;
    expect(monitorsInError).toBe(512);
    expect(monitors).toHaveLength(32);
    expect(monitors[0]?.since).toBe('2026-01-01T08:31:00.000Z');
    expect(monitors.at(-1)?.since).toBe('2026-01-01T08:00:00.000Z');
  });

  it('says all of it again in the next connection', async () => {
    const { clock, broker, bridge } = createBench();
    broker.last().answer();
    await clock.advance(100);
    broker.last().end();
    await clock.advance(1_000);
    broker.last().answer();
    await clock.advance(100);
    expect(broker.connections).toHaveLength(2);
    expect(broker.last().published.map(({ topic }) => topic)).toEqual([
      'noroshi/prod-a/server1/status',
      'noroshi/prod-a/server1/state/server/server1',
      'noroshi/prod-a/server1/state/server/server2',
      'noroshi/prod-a/server1/state/monitors',
    ]);
    expect(bridge.status()).toMatchObject({ connected: true, connections: 2 });
  });

  it('ends with the status offline and a farewell', async () => {
    const { clock, broker, bridge } = createBench();
    broker.last().answer();
    await clock.advance(100);
    await bridge.sink.close();
    const last = broker.last().published.at(-1);
    expect(last).toMatchObject({ topic: 'noroshi/prod-a/server1/status', retain: true });
    expect(JSON.parse(last?.payload ?? '')).toEqual({
      ...gateway,
      ...{ state: 'offline', cause: 'stopped', at: '2026-01-01T00:00:00.100Z' },
    });
    expect(broker.last().left()).toBe(true);
    expect(clock.armed()).toBe(0);
  });
});
