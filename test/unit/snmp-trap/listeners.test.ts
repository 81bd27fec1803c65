import { createSocket, type Socket } from 'node:dgram';
import { expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { ListenAt } from '../../../src/io/udp-listener.ts';
import type { TrapSource } from '../../../src/snmp-trap/codec/notification.ts';
import { createListeners } from '../../../src/snmp-trap/listeners.ts';
import { until } from '../../support/bounded.ts';

const at = (address: string, port = 0): ListenAt => ({
  ...{ address, port, receiveBufferBytes: 128 * 1024, ipv6Only: false },
});

const createBench = () => {
  const clock = createVirtualClock();
  const received: { text: string; from: TrapSource }[] = [];
  const logged: string[] = [];
  const log = { ...silentLogger, error: (_fields: unknown, message: string) => void logged.push(message) };
  const listeners = createListeners({
    ...{ clock, log },
    receive(datagram, from, reply) {
      received.push({ text: datagram.toString(), from });
      reply(Buffer.from(`heard ${datagram}`));
    },
  });
  onTestFinished(() => listeners.close());
  return { clock, listeners, received, logged };
};

const bound = (address: string, port = 0): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(port, address, () => resolve(socket));
  });

it('receives over IPv4 and IPv6, answers, and tells what the kernel granted', async () => {
  const { listeners, received } = createBench();
  await listeners.apply([at('127.0.0.1'), at('::1')]);
  const states = await listeners.states();
  expect(states).toMatchObject([
    { address: '127.0.0.1', listening: true, receiveBufferBytes: 256 * 1024, kernelDrops: 0 },
    { address: '::1', listening: true, kernelDrops: 0 },
  ]);
  for (const { address, port } of states) {
    const sender = await bound(address);
    const heard = new Promise<string>((resolve) =>
      sender.once('message', (bytes) => resolve(bytes.toString())),
    );
    sender.send('hello', port, address);
    expect(await heard).toBe('heard hello');
    sender.close();
  }
  expect(received.map(({ from }) => from.address)).toEqual(['127.0.0.1', '::1']);
});

it('takes nothing more once it is deaf, and sends what it was given before it closes', async () => {
  const { listeners, received } = createBench();
  await listeners.apply([at('127.0.0.1')]);
  const [{ address, port } = at('127.0.0.1')] = await listeners.states();
  const sender = await bound('127.0.0.1');
  const heard: string[] = [];
  sender.on('message', (bytes) => heard.push(bytes.toString()));
  const burst = Array.from({ length: 20 }, (_, index) => `${index}`);
  for (const text of burst) sender.send(text, port, address);
  await until(() => received.length === burst.length, 5_000, 'the burst');
  listeners.deafen();
  sender.send('too late', port, address);
  await listeners.close();
  await until(() => heard.length === burst.length, 5_000, 'every answer');
  expect(received).toHaveLength(burst.length);
  sender.close();
});

it('opens what is new, closes what is gone, and leaves the rest alone', async () => {
  const { listeners } = createBench();
  await listeners.apply([at('127.0.0.1'), at('127.0.0.2')]);
  const [kept, gone] = await listeners.states();
  await listeners.apply([at('127.0.0.1'), at('127.0.0.3')]);
  const [same, fresh] = await listeners.states();
  expect(same).toEqual(kept);
  expect(fresh).toMatchObject({ address: '127.0.0.3', listening: true });
  (await bound('127.0.0.2', gone?.port)).close();
});

it('tries a port that is taken again every 30 s, and says so once', async () => {
  const { clock, listeners, logged } = createBench();
  const other = await bound('127.0.0.1');
  const { port } = other.address();
  await listeners.apply([at('127.0.0.1', port)]);
  expect(await listeners.states()).toMatchObject(
    [{ port, listening: false, trouble: /EADDRINUSE/ }].map(({ trouble, ...rest }) => ({
      ...rest,
      trouble: expect.stringMatching(trouble),
    })),
  );
  await clock.advance(30_000);
  await listeners.apply([at('127.0.0.1', port)]);
  expect(logged).toEqual(['cannot listen for traps']);
  await new Promise<void>((resolve) => other.close(() => resolve()));
  await clock.advance(30_000);
  const listening = async () => (await listeners.states())[0]?.listening;
  await until(listening, 5_000, 'the port to be had');
  expect((await listeners.states())[0]).not.toHaveProperty('trouble');
});

it('leaves no timer behind', async () => {
  const { clock, listeners } = createBench();
  await listeners.apply([at('127.0.0.1')]);
  await listeners.close();
  expect(clock.armed()).toBe(0);
});
