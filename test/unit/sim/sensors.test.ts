import { describe, expect, test } from 'vitest';
import { getSdr } from '../../../src/bmc/ipmi/commands/get-sdr.ts';
import { getSelEntry } from '../../../src/bmc/ipmi/commands/get-sel-entry.ts';
import { type Bench, createBench } from './bench.ts';
import { administrator, setPrivilege } from './requests.ts';
import type { OpenConsole } from './test-console.ts';

const storage = (command: number, data: Buffer = Buffer.alloc(0)) => ({ netFn: 0x0a, command, data });
const sensor = (command: number, number: number) => ({ netFn: 0x04, command, data: Buffer.from([number]) });

const read = (console: OpenConsole, request: Partial<Parameters<typeof getSdr.encodeRequest>[0]>) =>
  console.ask(
    storage(0x23, getSdr.encodeRequest({ reservation: 0, recordId: 0, offset: 0, count: 5, ...request })),
  );

const reserve = (console: OpenConsole): number => console.ask(storage(0x22))?.data.readUInt16LE() ?? 0;

const begin = (options: Parameters<typeof createBench>[0] = {}): { bench: Bench; console: OpenConsole } => {
  const bench = createBench(options);
  return { bench, console: administrator(bench) };
};

describe('Get SDR', () => {
  test('a read that begins at 0 needs no reservation, any other needs the last one', () => {
    const { console } = begin();
    expect(read(console, {})?.completionCode).toBe(0);
    expect(read(console, { offset: 5 })?.completionCode).toBe(0xc5);
    const first = reserve(console);
    expect(read(console, { offset: 5, reservation: first })?.completionCode).toBe(0);
    const second = reserve(console);
    expect(second).not.toBe(first);
    expect(read(console, { offset: 5, reservation: first })?.completionCode).toBe(0xc5);
  });

  test('more than fits into an answer is refused with CAh, an unknown record with CBh', () => {
    const { console } = begin({ longestRead: 16 });
    expect(read(console, { count: 16 })?.data).toHaveLength(18);
    expect(read(console, { count: 17 })?.completionCode).toBe(0xca);
    expect(read(console, { count: 0xff })?.completionCode).toBe(0xca);
    expect(read(console, { recordId: 0x7777 })?.completionCode).toBe(0xcb);
  });

  test('the last record says that it is', () => {
    const { console } = begin();
    expect(read(console, { recordId: 0xffff })?.data.readUInt16LE()).toBe(0xffff);
  });
});

test('Get SEL Entry: first, last, one in a gap', () => {
  const { console } = begin();
  const entry = (id: number) => console.ask(storage(0x43, getSelEntry.encodeRequest(id)));
  expect(entry(0)?.data.readUInt16LE(2)).toBe(1);
  expect(entry(10)?.data.readUInt16LE(0)).toBe(12);
  expect(entry(11)?.completionCode).toBe(0xcb);
  expect(entry(0xffff)?.data.readUInt16LE(0)).toBe(0xffff);
});

test('Get Sensor Reading follows the power of the machine', () => {
  const { bench, console } = begin();
  const fan = () => console.ask(sensor(0x2d, 3))?.data.toString('hex');
  expect(fan()).toBe('36c00000');
  bench.machine.press('off');
  expect(fan()).toBe('00e00000');
});

test('a sensor that nobody has, and one that only sends events', () => {
  const { console } = begin();
  expect(console.ask(sensor(0x2d, 200))?.completionCode).toBe(0xcb);
  expect(console.ask(sensor(0x2d, 14))?.completionCode).toBe(0xcb);
  expect(console.ask(sensor(0x27, 8))?.completionCode).toBe(0xcb);
});

test('all of it needs the level of a user', () => {
  const { console } = begin();
  console.ask(setPrivilege(1));
  for (const request of [storage(0x20), storage(0x22), storage(0x40), storage(0x42), sensor(0x2d, 1)]) {
    expect(console.ask(request)?.completionCode).toBe(0xd4);
  }
});
