import { createSocket, type Socket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { silentLogger } from '../../src/core/log.ts';
import { createKdumpListener, type KdumpListener, plainAddress } from '../../src/stop/kdump-listener.ts';
import { until } from '../support/bounded.ts';

/** The listener for crash kernels, over real sockets of this machine. */

const message = Buffer.from('402a301b01000000', 'hex');
const limitMs = 10_000;

let listener: KdumpListener;
let sockets: Socket[];

const listenOn = async (address: string, expected: readonly string[]): Promise<number> => {
  listener = createKdumpListener({ clock: systemClock, log: silentLogger }, { address, port: 0 });
  listener.expect(expected);
  await listener.open();
  return listener.counters().port ?? 0;
};

/** Sends from one of the addresses of this machine. */
const sendFrom = async (from: string, port: number, datagram: Buffer = message) => {
  const socket = createSocket('udp4');
  sockets.push(socket);
  await new Promise<void>((resolve) => socket.bind(0, from, resolve));
  await new Promise<void>((resolve) => socket.send(datagram, port, '127.0.0.1', () => resolve()));
};

const seen = async (): Promise<number> => {
  const { heard, dropped } = listener.counters();
  return heard + Object.values(dropped).reduce((sum, count) => sum + count, 0);
};

const arrived = (count: number) => until(async () => (await seen()) === count, limitMs, `${count} datagrams`);

beforeEach(() => {
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.close();
  await listener.close();
});

describe('the listener', () => {
  test('hears each server from its own addresses, and nobody else', async () => {
    const port = await listenOn('127.0.0.1', ['127.0.0.2', '127.0.0.3']);
    const one = listener.portFor(['127.0.0.2']);
    const other = listener.portFor(['127.0.0.3']);
    let told = 0;
    const forget = one.watch(() => {
      told += 1;
    });
    expect(one.heardMs()).toBeUndefined();
    const beforeMs = systemClock.nowMs();
    await sendFrom('127.0.0.2', port);
    await arrived(1);
    expect(one.heardMs()).toBeGreaterThanOrEqual(beforeMs);
    expect(told).toBe(1);
    expect(other.heardMs()).toBeUndefined();
    forget();
    await sendFrom('127.0.0.2', port);
    await sendFrom('127.0.0.4', port);
    await arrived(3);
    expect(told).toBe(1);
    expect(listener.counters()).toMatchObject({ heard: 2, dropped: { stranger: 1 } });
  });

  test('counts what is no message by its fault', async () => {
    const port = await listenOn('127.0.0.1', ['127.0.0.2']);
    const datagrams = [
      Buffer.alloc(0),
      Buffer.alloc(60_000),
      Buffer.alloc(8),
      Buffer.from('402a301b02000000', 'hex'),
    ];
    for (const datagram of datagrams) await sendFrom('127.0.0.2', port, datagram);
    await arrived(4);
    expect(listener.counters()).toMatchObject({
      heard: 0,
      dropped: { stranger: 0, length: 2, magic: 1, version: 1 },
    });
  });

  test('on all addresses hears IPv4 as such', async () => {
    const port = await listenOn('::', ['127.0.0.2']);
    await sendFrom('127.0.0.2', port);
    await arrived(1);
    expect(listener.counters().heard).toBe(1);
  });

  test('whose port is taken says so, and opens it once it is free', async () => {
    const port = await listenOn('127.0.0.1', []);
    const second = createKdumpListener(
      { clock: systemClock, log: silentLogger },
      { address: '127.0.0.1', port },
    );
    const opening = second.portFor(['127.0.0.2']).open();
    await expect(opening).rejects.toMatchObject({
      code: 'kdump.notBound',
      message: expect.stringContaining(`UDP port ${port}`),
    });
    await listener.close();
    await second.open();
    expect(second.counters().port).toBe(port);
    await second.close();
    expect(second.counters().port).toBeUndefined();
  });

  test('keeps what it heard of an address that is expected still', async () => {
    const port = await listenOn('127.0.0.1', ['127.0.0.2', '127.0.0.3']);
    await sendFrom('127.0.0.2', port);
    await sendFrom('127.0.0.3', port);
    await arrived(2);
    listener.expect(['127.0.0.2']);
    expect(listener.portFor(['127.0.0.2']).heardMs()).toBeDefined();
    expect(listener.portFor(['127.0.0.3']).heardMs()).toBeUndefined();
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['2001:DB8:0::1', '2001:db8::1'],
])('%s is %s, however it is spelt', (address, plain) => {
  expect(plainAddress(address)).toBe(plain);
});
