import { describe, expect, it } from 'vitest';
import type { ConnectionOptions, Message } from '../../../../src/bridge/mqtt/connection.ts';
import { mqttFault } from '../../../../src/bridge/mqtt/fault.ts';
import { startLink } from '../../../../src/bridge/mqtt/link.ts';
import { createCallOff } from '../../../../src/core/call-off.ts';
import { silentLogger } from '../../../../src/core/log.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import { createFakeBroker, hangs, lost, unreachable } from '../../../support/fake-broker.ts';

const last: Message = { topic: 'a/status', payload: '{"state":"offline"}', retain: true };

const options: ConnectionOptions = {
  address: { host: 'broker', port: 1883 },
  ...{ clientId: 'noroshi-a-b', keepAliveSeconds: 15, will: last },
};

const createBench = () => {
  const clock = createVirtualClock();
  const broker = createFakeBroker();
  const lines: string[] = [];
  const tell = (fields: Readonly<Record<string, unknown>>) => void lines.push(String(fields.code ?? 'up'));
  const log = { ...silentLogger, info: tell, warn: tell };
  let opened = 0;
  const link = startLink({
    ...{ clock, log, open: broker.open, options: () => options },
    random: () => 0.5,
    onOpen: () => {
      opened += 1;
    },
  });
  return { clock, broker, link, lines, opened: () => opened };
};

describe('the link to a broker', () => {
  it('tries again after 1, 2, 4 … 30 s, and says it once', async () => {
    const { clock, broker, lines, link } = createBench();
    const pauses: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const count = broker.connections.length;
      broker.last().answer(unreachable());
      const before = clock.nowMs();
      while (broker.connections.length === count) await clock.advance(500);
      pauses.push(clock.nowMs() - before);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(lines).toEqual(['mqtt.unreachable']);
    expect(link.status()).toMatchObject({ connected: false, connections: 0 });
  });

  it('waits a minute where the password is refused, unless it is told to try at once', async () => {
    const { clock, broker, link } = createBench();
    broker.last().answer(mqttFault('mqtt.credentials', 'no'));
    await clock.advance(59_000);
    expect(broker.connections).toHaveLength(1);
    await clock.advance(1_000);
    expect(broker.connections).toHaveLength(2);
    broker.last().answer(mqttFault('mqtt.credentials', 'no'));
    await clock.advance(1_000);
    link.retry();
    await clock.advance(0);
    expect(broker.connections).toHaveLength(3);
  });

  it('comes back after a second where a connection that stood was lost', async () => {
    const { clock, broker, link, opened } = createBench();
    broker.last().answer();
    await clock.advance(200_000);
    expect(link.status()).toMatchObject({ connected: true, connections: 1 });
    broker.last().end();
    await clock.advance(0);
    await expect(link.publish(last)).rejects.toMatchObject({ code: 'mqtt.lost' });
    expect(link.status()).toMatchObject({ connected: false, lastError: { code: 'mqtt.lost' } });
    await clock.advance(1_000);
    broker.last().answer();
    await clock.advance(0);
    await link.publish(last);
    expect(broker.last().published).toEqual([last]);
    expect(opened()).toBe(2);
  });

  it('suspects another client by the third connection that is closed soon and without a word', async () => {
    const { clock, broker, link, lines } = createBench();
    for (const pauseMs of [1_000, 2_000]) {
      broker.last().answer();
      await clock.advance(1_500);
      broker.last().end();
      await clock.advance(pauseMs);
    }
    expect(lines).not.toContain('mqtt.clientIdTaken');
    broker.last().answer();
    await clock.advance(1_500);
    broker.last().end();
    await clock.advance(0);
    expect(link.status().lastError).toMatchObject({ code: 'mqtt.clientIdTaken' });
    expect(link.status().lastError?.message).toContain('noroshi-a-b');
    const { length } = broker.connections;
    await clock.advance(59_000);
    expect(broker.connections).toHaveLength(length);
    await clock.advance(1_000);
    expect(broker.connections).toHaveLength(length + 1);
    // The other one lasted a minute, and is thrown out now: the next time is told again, and waited for again.
    broker.last().answer();
    await clock.advance(60_000);
    broker.last().end();
    await clock.advance(59_000);
    expect(lines.filter((line) => line === 'mqtt.clientIdTaken')).toHaveLength(2);
    expect(broker.connections).toHaveLength(length + 1);
  });

  it('suspects nobody where the broker was away in between, or had said why', async () => {
    const { clock, broker, lines } = createBench();
    for (let round = 0; round < 4; round += 1) {
      broker.last().answer();
      await clock.advance(100);
      broker.last().end(round % 2 === 0 ? lost() : mqttFault('mqtt.ended', 'it shuts down'));
      await clock.advance(40_000);
      broker.last().answer(unreachable());
      await clock.advance(40_000);
    }
    expect(lines).not.toContain('mqtt.clientIdTaken');
  });

  it('lets a caller wait for a connection: until there is one, for a time, or until that is called off', async () => {
    const { clock, broker, link } = createBench();
    const { signal, callOff } = createCallOff();
    const answers: unknown[] = [];
    const wait = (limitMs: number) =>
      void link.connected(limitMs, signal).then((fault) => answers.push(fault?.code));
    wait(100);
    await clock.advance(100);
    expect(answers).toEqual(['mqtt.unreachable']);
    wait(1_000);
    broker.last().answer();
    await clock.advance(0);
    expect(answers).toEqual(['mqtt.unreachable', undefined]);
    broker.last().end();
    await clock.advance(0);
    wait(100_000);
    callOff();
    await clock.advance(0);
    expect(answers).toEqual(['mqtt.unreachable', undefined, 'mqtt.lost']);
  });

  it('says farewell after its last message, and leaves no timer', async () => {
    const { clock, broker, link } = createBench();
    broker.last().answer();
    await clock.advance(0);
    await link.stop(last);
    expect(broker.last().published).toEqual([last]);
    expect(broker.last().left()).toBe(true);
    expect(clock.armed()).toBe(0);
  });

  it('cuts the connection of a broker that hangs, within half a second, so that its will is published', async () => {
    const { clock, broker, link } = createBench();
    broker.last().answer();
    await clock.advance(0);
    broker.fare(hangs);
    let over = false;
    void link.stop(last).then(() => {
      over = true;
    });
    await clock.advance(500);
    expect(over).toBe(true);
    expect(broker.last().left()).toBe(false);
    expect(broker.last().over()).toBeDefined();
    expect(clock.armed()).toBe(0);
  });

  it.each([
    ['connects', async () => undefined],
    ['waits', async (bench: ReturnType<typeof createBench>) => bench.broker.last().answer(unreachable())],
  ])('stops at once while it %s', async (_when, prepare) => {
    const bench = createBench();
    await prepare(bench);
    await bench.clock.advance(0);
    await bench.link.stop(last);
    expect(bench.broker.connections).toHaveLength(1);
    expect(bench.clock.armed()).toBe(0);
  });
});
