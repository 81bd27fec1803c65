import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../src/bridge/mqtt/connection.ts';
import { createEventSink } from '../../../../src/bridge/mqtt/event-sink.ts';
import { type MqttFault, mqttFault } from '../../../../src/bridge/mqtt/fault.ts';
import { topicsOf } from '../../../../src/bridge/mqtt/topics.ts';
import { createCallOff } from '../../../../src/core/call-off.ts';
import { silentLogger } from '../../../../src/core/log.ts';
import type { Event } from '../../../../src/events/catalogue.ts';
import { type Acknowledge, acknowledges, hangs, lost, unreachable } from '../../../support/fake-broker.ts';

const eventOf = (seq: number): Event => ({
  ...{ seq, at: '2026-01-01T00:00:00.000Z', source: 'bmc', severity: 'info' },
  ...{ type: 'bmc.answered', data: { server: 'server1' } },
});

const seqIn = ({ payload }: Message): number => (JSON.parse(payload) as { seq: number }).seq;

const createBench = (events: readonly string[] = ['*']) => {
  const published: Message[] = [];
  let acknowledge: Acknowledge = acknowledges;
  let away: MqttFault | undefined;
  const sink = createEventSink({
    ...{ log: silentLogger, events, language: () => 'en', close: async () => undefined },
    topics: topicsOf('noroshi', 'prod-a', 'server1'),
    link: {
      connected: async () => away,
      publish(message) {
        published.push(message);
        return acknowledge(message);
      },
    },
  });
  return {
    ...{ sink, published },
    fare(next: Acknowledge) {
      acknowledge = next;
    },
    leave(fault: MqttFault) {
      away = fault;
    },
  };
};

const four = [1, 2, 3, 4].map(eventOf);
const never = createCallOff().signal;

/** Refuses those numbers, and takes the others. */
const refusing =
  (fault: MqttFault, ...seqs: number[]): Acknowledge =>
  async (message) => {
    if (seqs.includes(seqIn(message))) throw fault;
  };

describe('the sink of events', () => {
  it('publishes an event as the sockets deliver it, under its type, not retained', async () => {
    const { sink, published } = createBench();
    const finished = {
      ...{
        seq: 7,
        at: '2026-01-01T00:00:00.000Z',
        source: 'fence',
        severity: 'critical',
        type: 'fence.finished',
      },
      data: {
        ...{ job: 'j', server: 'server2', action: 'off', outcome: 'refused', fenced: false },
        ...{ reason: { code: 'bmc.auth', message: 'no' }, journalled: true, steps: [] },
      },
    } as Event;
    expect(await sink.send([finished], never)).toEqual({ taken: 1 });
    const [message] = published;
    expect(message).toMatchObject({ topic: 'noroshi/prod-a/server1/event/fence.finished', retain: false });
    expect(JSON.parse(message?.payload ?? '')).toMatchObject({
      ...finished,
      alerts: [{ module: 'rc', id: 420 }, {}],
    });
  });

  it('sees the types that its globs match, and no others', () => {
    expect([...createBench(['fence.f*', 'trap.*', 'gateway.stopped']).sink.types].sort()).toEqual(
      expect.arrayContaining(['fence.finished', 'gateway.stopped']),
    );
    expect(createBench(['fence.f*']).sink.types.has('bmc.answered')).toBe(false);
    expect(createBench().sink.types.has('bmc.answered')).toBe(true);
  });

  it('hands them over in their order, and counts what is acknowledged', async () => {
    const { sink, published } = createBench();
    expect(await sink.send(four, never)).toEqual({ taken: 4 });
    expect(published.map(seqIn)).toEqual([1, 2, 3, 4]);
  });

  it('counts up to the first that is not, though later ones were', async () => {
    const { sink, fare } = createBench();
    fare(refusing(lost(), 3));
    expect(await sink.send(four, never)).toMatchObject({ taken: 2, retryAfterMs: 100 });
    fare(refusing(mqttFault('mqtt.notAllowed', 'not allowed'), 2, 4));
    expect(await sink.send(four, never)).toEqual({ taken: 1, failure: 'not allowed' });
  });

  it('leaves out what the broker will never take', async () => {
    const { sink, fare } = createBench();
    fare(refusing(mqttFault('mqtt.rejected', 'too large'), 2));
    expect(await sink.send(four, never)).toEqual({ taken: 4 });
  });

  it('hands over nothing without a connection', async () => {
    const { sink, leave, published } = createBench();
    leave(unreachable());
    expect(await sink.send(four, never)).toMatchObject({ taken: 0, failure: 'connect ECONNREFUSED' });
    expect(published).toEqual([]);
  });

  it('lets go of a broker that hangs as soon as it is called off, with what was acknowledged until then', async () => {
    const { sink, fare } = createBench();
    const { signal, callOff } = createCallOff();
    fare((message) => (seqIn(message) <= 2 ? acknowledges(message) : hangs(message)));
    const sending = sink.send(four, signal);
    await new Promise((resolve) => setImmediate(resolve));
    callOff();
    expect(await sending).toMatchObject({ taken: 2 });
  });
});
