import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Connection, openConnection } from '../../src/bridge/mqtt/connection.ts';
import { systemClock } from '../../src/core/clock.ts';
import { bounded, until } from '../support/bounded.ts';
import {
  connack,
  disconnect,
  packetTypes,
  puback,
  startWireBroker,
  type WireBroker,
  type WirePacket,
} from '../support/wire-broker.ts';

const limitMs = 10_000;

const open = ({ port }: Pick<WireBroker, 'port'>): Connection =>
  openConnection(
    {
      address: { host: '127.0.0.1', port },
      ...{ clientId: 'noroshi-a-b', keepAliveSeconds: 60 },
      will: { topic: 'a/status', payload: '{}', retain: true },
    },
    systemClock,
  );

const message = (topic: string, payload = '{}') => ({ topic, payload, retain: false });

/** A broker that takes everybody, and answers messages like this. */
const taking =
  (publish: (packet: WirePacket, socket: Socket) => void, ...properties: number[]) =>
  (packet: WirePacket, socket: Socket): void => {
    if (packet.type === packetTypes.connect) socket.write(connack(0, ...properties));
    if (packet.type === packetTypes.publish) publish(packet, socket);
  };

const published = ({ packets }: WireBroker): string[] =>
  packets.filter(({ type }) => type === packetTypes.publish).map(({ topic }) => topic);

describe('a connection to a broker', () => {
  it.each([
    [0x86, 'mqtt.credentials'],
    [0x88, 'mqtt.refused'],
  ])('that refuses it with %i is told so', async (reasonCode, code) => {
    const connection = open(
      await startWireBroker((_packet, socket) => void socket.write(connack(reasonCode))),
    );
    expect(await bounded(connection.opened, limitMs, 'the refusal')).toMatchObject({ code });
    expect(await bounded(connection.ended, limitMs, 'the end')).toMatchObject({ code });
  });

  it('that lets another client take over names the client id, and fails what was under way', async () => {
    const broker = await startWireBroker(taking((_packet, socket) => void socket.write(disconnect(0x8e))));
    const connection = open(broker);
    expect(await bounded(connection.opened, limitMs, 'the connection')).toBeUndefined();
    await expect(connection.publish(message('a'))).rejects.toMatchObject({ code: 'mqtt.clientIdTaken' });
    expect((await connection.ended).message).toContain('noroshi-a-b');
    await expect(connection.publish(message('b'))).rejects.toMatchObject({ code: 'mqtt.clientIdTaken' });
  });

  it.each([
    ['QoS 1', [0x24, 0]],
    ['retained messages', [0x25, 0]],
  ])('that offers no %s is of no use', async (_what, properties) => {
    const connection = open(await startWireBroker(taking(() => undefined, ...properties)));
    expect(await bounded(connection.opened, limitMs, 'the refusal')).toMatchObject({ code: 'mqtt.refused' });
  });

  it('that refuses one message takes the next', async () => {
    const codes: Record<string, number> = { a: 0x87, b: 0x97, c: 0x99, d: 0x10 };
    const broker = await startWireBroker(
      taking((packet, socket) => void socket.write(puback(packet, codes[packet.topic]))),
    );
    const connection = open(broker);
    await connection.opened;
    await expect(connection.publish(message('a'))).rejects.toMatchObject({ code: 'mqtt.notAllowed' });
    await expect(connection.publish(message('b'))).rejects.toMatchObject({ code: 'mqtt.refused' });
    await expect(connection.publish(message('c'))).rejects.toMatchObject({ code: 'mqtt.rejected' });
    await connection.publish(message('d'));
    connection.leave();
    await bounded(connection.ended, limitMs, 'the end');
    expect(broker.packets.at(-1)?.type).toBe(packetTypes.disconnect);
  });

  it('that takes two at a time gets two at a time, in their order', async () => {
    const held: { readonly packet: WirePacket; readonly socket: Socket }[] = [];
    const broker = await startWireBroker(
      taking((packet, socket) => void held.push({ packet, socket }), 0x21, 0, 2),
    );
    const connection = open(broker);
    await connection.opened;
    const topics = Array.from({ length: 7 }, (_, index) => `topic${index}`);
    const all = Promise.all(topics.map((topic) => connection.publish(message(topic))));
    for (let acknowledged = 0; acknowledged < topics.length; acknowledged += 1) {
      const wanted = Math.min(acknowledged + 2, topics.length);
      await until(() => published(broker).length === wanted, limitMs, `message ${wanted}`);
      const next = held.shift();
      next?.socket.write(puback(next.packet));
    }
    await bounded(all, limitMs, 'the last acknowledgement');
    expect(published(broker)).toEqual(topics);
    connection.leave();
    await bounded(connection.ended, limitMs, 'the end');
  });

  it('that takes small packets only is not sent a large one', async () => {
    const broker = await startWireBroker(
      taking((packet, socket) => void socket.write(puback(packet)), 0x27, 0, 0, 1, 0),
    );
    const connection = open(broker);
    await connection.opened;
    await expect(connection.publish(message('a', 'x'.repeat(300)))).rejects.toMatchObject({
      code: 'mqtt.rejected',
    });
    await connection.publish(message('b'));
    expect(published(broker)).toEqual(['b']);
    connection.leave();
    await bounded(connection.ended, limitMs, 'the end');
  });

  it.each([
    ['a packet without an end', Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), 'mqtt.refused'],
    ['noise', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'mqtt.'],
    ['a second CONNACK', connack(), 'mqtt.'],
    ['a length of five bytes', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f]), 'mqtt.'],
  ])('that sends %s is given up', async (_what, bytes, code) => {
    const flood = (socket: Socket) => {
      if (!socket.destroyed) socket.write(Buffer.alloc(65_536), () => flood(socket));
    };
    const broker = await startWireBroker((_packet, socket) => {
      socket.write(Buffer.concat([connack(), bytes]));
      flood(socket);
    });
    const connection = open(broker);
    expect((await bounded(connection.ended, limitMs, 'the end')).code).toContain(code);
  });
});
