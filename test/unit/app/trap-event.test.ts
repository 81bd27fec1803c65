import { expect, it } from 'vitest';
import { trapEvent } from '../../../src/app/trap-event.ts';
import { eventCatalogue } from '../../../src/events/catalogue.ts';
import type { TrapNotification, Varbind } from '../../../src/snmp-trap/codec/notification.ts';
import { everyType } from '../snmp-trap/examples.ts';

const sources = new Map([['192.0.2.11', 'server1']]);

const dataOf = (varbinds: readonly Varbind[], address = '192.0.2.11') => {
  const notification: TrapNotification = {
    ...{ version: 'v2c', kind: 'trap', source: { address, port: 5 }, trapOid: '1.3.6', uptimeTicks: 1 },
    varbinds,
  };
  const event = trapEvent(notification, { sources }, (name) => name === 'server1');
  if (event.type !== 'trap.received') throw new Error(event.type);
  expect(eventCatalogue['trap.received'].data.safeParse(event.data).success).toBe(true);
  return event.data;
};

const bytes = (value: Buffer): Varbind => ({ oid: '1.3', value: { type: 'octetString', value } });

it('writes every type of value so that it can be read', () => {
  expect(dataOf(everyType).varbinds.map(({ text, hex }) => text ?? hex)).toEqual([
    ...['-2147483648', '4294967295', '2147483648', '127', '18446744073709551615'],
    ...['46c3bcc39f6500', '9f780442f60000', '2.999.4294967295', '192.0.2.255', undefined],
  ]);
});

it('names the server of a source, and nothing else', () => {
  expect(dataOf([])).toMatchObject({ name: 'server1', server: 'server1' });
  expect(dataOf([], '192.0.2.99')).toMatchObject({ name: '192.0.2.99' });
  expect(dataOf([], '192.0.2.99')).not.toHaveProperty('server');
});

it('takes octets for text only where they are', () => {
  const texts = ['plain', 'ファン故障', 'two\r\nlines\t', ''];
  expect(dataOf(texts.map((text) => bytes(Buffer.from(text)))).varbinds.map(({ text }) => text)).toEqual(
    texts,
  );
  const others = [Buffer.of(0), Buffer.of(0xff, 0xfe), Buffer.from('\x1b[2J'), Buffer.from('a\u0085b')];
  expect(dataOf(others.map(bytes)).varbinds.map(({ hex }) => hex)).toEqual(
    others.map((one) => one.toString('hex')),
  );
});

it('leaves out what is too long, and says so', () => {
  expect(dataOf([bytes(Buffer.alloc(256))])).not.toHaveProperty('cut');
  const long = dataOf([bytes(Buffer.alloc(257, 'a'))]);
  expect(long.varbinds[0]?.text).toHaveLength(256);
  expect(long.cut).toBe(true);
  const many = dataOf(Array.from({ length: 33 }, () => bytes(Buffer.of(1))));
  expect(many.varbinds).toHaveLength(32);
  expect(many.cut).toBe(true);
  const much = dataOf(Array.from({ length: 32 }, () => bytes(Buffer.alloc(256))));
  expect(JSON.stringify(much).length).toBeLessThan(6_000);
  expect(much.cut).toBe(true);
});
