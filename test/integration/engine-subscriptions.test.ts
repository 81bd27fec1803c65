import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../src/core/virtual-clock.ts';
import type { Event } from '../../src/events/catalogue.ts';
import { type EngineFixture, pinned, startEngine } from '../support/engine-fixture.ts';
import type { LineClient, Message } from '../support/line-client.ts';

let engine: EngineFixture;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(() => engine.close());

const seqOf = (message: Message): number => {
  expect(message.method).toBe('event');
  return (message.params as Event).seq;
};
const seqs = async (client: LineClient, count: number) => (await client.take(count)).map(seqOf);
const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index);
const recordMany = async (count: number) => {
  for (let n = 0; n < count; n += 1) await engine.record();
};

describe('events.subscribe', () => {
  it('begins with the next event unless told otherwise', async () => {
    await recordMany(3);
    const client = await engine.connect();
    client.request(1, 'events.subscribe');
    expect(await client.next()).toMatchObject({ id: 1, result: { from: 4 } });
    await engine.record();
    expect(await seqs(client, 1)).toEqual([4]);
  });

  it('catches up and goes live without loss or duplicate while events are appended', async () => {
    await recordMany(450);
    const client = await engine.connect();
    client.request(1, 'events.subscribe', { after: 0 });
    expect(await client.next()).toMatchObject({ id: 1, result: { from: 1 } });
    const [received] = await Promise.all([seqs(client, 1_450), recordMany(1_000)]);
    expect(received).toEqual(upTo(1_450));
  });

  it('serves a client that stops and goes on reading, from the journal', async () => {
    const client = await engine.connect();
    client.request(1, 'events.subscribe', { after: 0 });
    await client.next();
    client.socket.pause();
    for (let n = 0; n < 2_000; n += 1) await engine.record(pinned('x'.repeat(1_000)));
    client.socket.resume();
    expect(await seqs(client, 2_000)).toEqual(upTo(2_000));
    expect(engine.warnings).toEqual([]);
  });

  it('sends only the wanted types', async () => {
    const client = await engine.connect();
    client.request(1, 'events.subscribe', { types: ['bmc.ans*', 'fence.*'] });
    await client.next();
    await engine.record();
    await engine.record({ type: 'bmc.answered', source: 'test', data: { server: 'server1' } });
    expect(await client.next()).toMatchObject({ method: 'event', params: { seq: 2, type: 'bmc.answered' } });
  });

  it('refuses a second subscription on one connection, and a future seq', async () => {
    const client = await engine.connect();
    client.request(1, 'events.subscribe', { after: 9 });
    const other = await engine.connect();
    other.request(1, 'events.subscribe');
    other.request(2, 'events.subscribe');
    expect(await client.next()).toMatchObject({ id: 1, error: { data: { code: 'rpc.params' } } });
    expect(await other.take(2)).toContainEqual(expect.objectContaining({ id: 2, error: expect.anything() }));
  });

  it('goes on after a failed try on the same connection', async () => {
    const client = await engine.connect();
    client.request(1, 'events.subscribe', { after: 9 });
    expect(await client.next()).toHaveProperty('error');
    client.request(2, 'events.subscribe');
    expect(await client.next()).toMatchObject({ id: 2, result: { from: 1 } });
  });
});

describe('a consumer', () => {
  const subscribe = async (path?: string) => {
    const client = await engine.connect(path);
    client.request('subscribe', 'events.subscribe', { consumer: 'engine', after: 0 });
    return { client, reply: await client.next() };
  };

  it('gets again what it did not acknowledge, and nothing that it did', async () => {
    await recordMany(5);
    const first = await subscribe();
    expect(await seqs(first.client, 5)).toEqual(upTo(5));
    first.client.request(1, 'events.ack', { consumer: 'engine', seq: 3 });
    expect(await first.client.next()).toMatchObject({ id: 1, result: {} });
    await first.client.close();
    await engine.record();
    const second = await subscribe();
    expect(second.reply).toMatchObject({ result: { from: 4 } });
    expect(await seqs(second.client, 3)).toEqual([4, 5, 6]);
  });

  it('is served on its newest connection only, whichever socket that is', async () => {
    const older = await subscribe();
    const newer = await subscribe(engine.notify.path);
    await older.client.closed;
    expect(engine.warnings).toMatchObject([{ reason: 'consumerTakenOver' }]);
    await engine.record();
    expect(await seqs(newer.client, 1)).toEqual([1]);
  });
});

describe('a client that does not read', () => {
  it('is cut off after 30 s while events wait, and the others go on', async () => {
    await engine.close();
    const clock = createVirtualClock();
    engine = await startEngine(clock);
    for (let n = 0; n < 3_000; n += 1) await engine.record(pinned('x'.repeat(1_000)));
    const deaf = await engine.connect();
    const other = await engine.connect();
    deaf.request(1, 'events.subscribe', { after: 0 });
    await deaf.next();
    deaf.socket.pause();
    other.request(1, 'events.subscribe');
    await other.next();
    while (engine.engine.counters().dropped.notReading === 0) await clock.advance(10_000);
    await engine.record();
    expect(await seqs(other, 1)).toEqual([3_001]);
    deaf.socket.resume();
    await deaf.closed;
    expect(engine.warnings).toMatchObject([{ reason: 'notReading' }]);
  });
});
