import { describe, expect, it } from 'vitest';
import type { ServerRow } from '../../../../src/bridge/engine/services.ts';
import { type MqttSettings, startMqttBridge } from '../../../../src/bridge/mqtt/bridge.ts';
import type { Message } from '../../../../src/bridge/mqtt/connection.ts';
import { silentLogger } from '../../../../src/core/log.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
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

const contentOf = (messages: readonly Message[]) =>
  messages.map(({ topic, payload }) => [topic, JSON.parse(payload) as object]);

const createBench = () => {
  const clock = createVirtualClock();
  const broker = createFakeBroker();
  const bridge = startMqttBridge(settings, {
    ...{ clock, log: silentLogger, open: broker.open, random: () => 0.5, language: () => 'en' },
    gateway: { cluster: 'prod-a', node: 'server1', version: '0.1.0' },
    servers: () => ['server1', 'server2'],
    row: (name) => rowOf(name, clock.nowMs()),
  });
  return { clock, broker, bridge };
};

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
      ...{ identify: { lit: false }, evidence: { verdict: 'alive' }, at: '2026-01-01T00:00:00.100Z' },
    };
    expect(contentOf(broker.last().published)).toEqual([
      ['noroshi/prod-a/server1/status', { ...gateway, state: 'online', since: '2026-01-01T00:00:00.000Z' }],
      ['noroshi/prod-a/server1/state/server/server1', { name: 'server1', ...state }],
      ['noroshi/prod-a/server1/state/server/server2', { name: 'server2', ...state }],
    ]);
    // Ages go on, and are no change.
    await clock.advance(3_600_000);
    expect(broker.last().published).toHaveLength(3);
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
