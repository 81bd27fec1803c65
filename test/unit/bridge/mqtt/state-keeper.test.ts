import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../src/bridge/mqtt/connection.ts';
import { mqttFault } from '../../../../src/bridge/mqtt/fault.ts';
import { createStateKeeper } from '../../../../src/bridge/mqtt/state-keeper.ts';
import { silentLogger } from '../../../../src/core/log.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import { type Acknowledge, acknowledges, lost, refuses } from '../../../support/fake-broker.ts';

const createBench = (count = 2) => {
  const clock = createVirtualClock();
  const states = new Map<string, object>();
  for (let index = 1; index <= count; index += 1) states.set(`server${index}`, { power: 'on' });
  const published: Message[] = [];
  let acknowledge: Acknowledge = refuses(lost());
  let looks = 0;
  let underWay = 0;
  let mostUnderWay = 0;
  const keeper = createStateKeeper({
    ...{ clock, log: silentLogger, names: () => [...states.keys()], topicOf: (name) => `state/${name}` },
    stateOf(name) {
      looks += 1;
      return states.get(name);
    },
    async publish(message) {
      published.push(message);
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      await acknowledge(message).finally(() => {
        underWay -= 1;
      });
    },
  });
  return {
    ...{ clock, states, keeper, published },
    topics: () => published.map(({ topic }) => topic),
    looks: () => looks,
    mostUnderWay: () => mostUnderWay,
    async connect(next = acknowledges) {
      acknowledge = next;
      keeper.renew();
      await clock.advance(100);
      return published.splice(0);
    },
    fare(next: Acknowledge) {
      acknowledge = next;
    },
  };
};

describe('the keeper of retained states', () => {
  it('publishes everything, retained, whenever a connection stands', async () => {
    const { clock, connect } = createBench();
    const at = '2026-01-01T00:00:00.100Z';
    expect(await connect()).toEqual([
      { topic: 'state/server1', retain: true, payload: JSON.stringify({ power: 'on', at }) },
      { topic: 'state/server2', retain: true, payload: JSON.stringify({ power: 'on', at }) },
    ]);
    await clock.advance(60_000);
    expect(await connect()).toHaveLength(2);
  });

  it('says nothing of what did not change, however often it is looked at', async () => {
    const { clock, connect, keeper, published } = createBench();
    await connect();
    for (let count = 0; count < 100; count += 1) {
      keeper.touch('server1');
      await clock.advance(1_000);
    }
    expect(published).toEqual([]);
  });

  it('makes one message of a thousand changes, with the latest state', async () => {
    const { clock, connect, keeper, states, published, looks } = createBench();
    await connect();
    const before = looks();
    for (let count = 0; count < 1_000; count += 1) {
      states.set('server1', { power: 'on', count });
      keeper.touch('server1');
    }
    await clock.advance(100);
    expect(published.map(({ payload }) => JSON.parse(payload))).toMatchObject([{ count: 999 }]);
    expect(looks()).toBe(before + 1);
  });

  it('sends the latest state once the broker took the one before', async () => {
    const { clock, connect, keeper, states, published, fare } = createBench(1);
    await connect();
    let take = (): void => undefined;
    fare(
      () =>
        new Promise((resolve) => {
          take = resolve;
        }),
    );
    for (const power of ['off', 'on', 'unknown', 'off']) {
      states.set('server1', { power });
      keeper.touch('server1');
      await clock.advance(1_000);
    }
    expect(published.map(({ payload }) => JSON.parse(payload).power)).toEqual(['off']);
    states.set('server1', { power: 'on' });
    take();
    await clock.advance(10_000);
    expect(published.map(({ payload }) => JSON.parse(payload).power)).toEqual(['off', 'on']);
  });

  it('finds a change that no event told within ten seconds', async () => {
    const { clock, connect, states, topics } = createBench();
    await connect();
    states.set('server2', { power: 'on', verdict: 'unknown' });
    await clock.advance(10_000);
    expect(topics()).toEqual(['state/server2']);
  });

  it('clears the topic of a server that is gone, once, and none that never was', async () => {
    const { clock, connect, keeper, states, published } = createBench();
    await connect();
    states.delete('server2');
    keeper.touch();
    keeper.touch('stranger');
    await clock.advance(20_000);
    expect(published.splice(0)).toEqual([{ topic: 'state/server2', payload: '', retain: true }]);
    expect(await connect()).toHaveLength(1);
  });

  it('tries what was lost in the next connection, and what is not allowed only then', async () => {
    const { clock, connect, keeper, states, topics, published, fare } = createBench(1);
    await connect();
    fare(refuses(lost()));
    states.set('server1', { power: 'off' });
    keeper.touch('server1');
    await clock.advance(100);
    fare(acknowledges);
    await clock.advance(10_000);
    expect(topics()).toEqual(['state/server1', 'state/server1']);
    published.length = 0;
    await connect(refuses(mqttFault('mqtt.notAllowed', 'no')));
    await clock.advance(100_000);
    expect(topics()).toEqual([]);
    expect(await connect()).toHaveLength(1);
  });

  it('has few messages under way at a time, whatever the number of servers', async () => {
    const bench = createBench(500);
    expect(await bench.connect()).toHaveLength(500);
    expect(bench.mostUnderWay()).toBeLessThanOrEqual(8);
  });

  it('leaves no timer', async () => {
    const { clock, connect, keeper } = createBench();
    await connect();
    keeper.touch();
    keeper.stop();
    expect(clock.armed()).toBe(0);
  });
});
