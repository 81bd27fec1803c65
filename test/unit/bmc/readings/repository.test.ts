import { expect, test } from 'vitest';
import { sensorsOf } from '../../../../src/bmc/readings/named-sensors.ts';
import { createRepository } from '../../../../src/bmc/readings/repository.ts';
import { defaultDevices, defaultSensors } from '../../../../src/sim/bmc/default-sensors.ts';
import { createSensorBoard } from '../../../../src/sim/bmc/sensor-board.ts';
import { type Said, scriptedBmc, uint16 } from './scripted-bmc.ts';

const records = createSensorBoard(defaultSensors, defaultDevices, () => 'on').repository;

interface Behaviour {
  readonly records?: readonly Buffer[];
  /** The id behind each record; the next one's by default. */
  readonly next?: (index: number) => number;
  /** A completion code in place of an answer. */
  readonly refuse?: (read: number, count: number, offset: number) => number | undefined;
  /** Cuts what goes out. */
  readonly cut?: (part: Buffer) => Buffer;
  readonly lastAddition?: () => number;
}

const info = (count: number, lastAddition: number): Buffer => {
  const data = Buffer.alloc(14);
  data.writeUInt16LE(count, 1);
  data.writeUInt32LE(lastAddition, 5);
  return data;
};

const repositoryBmc = (behaviour: Behaviour = {}) => {
  const held = behaviour.records ?? records;
  let reservation = 0;
  let reads = 0;
  return scriptedBmc({
    'Get SDR Repository Info': () => info(held.length, behaviour.lastAddition?.() ?? 1),
    'Reserve SDR Repository': () => {
      reservation += 1;
      return uint16(reservation);
    },
    'Get SDR': (data): Said => {
      const [id, offset, count] = [data.readUInt16LE(2), data[4] as number, data[5] as number];
      reads += 1;
      const refused = behaviour.refuse?.(reads, count, offset);
      if (refused !== undefined) return refused;
      const index = id === 0 ? 0 : held.findIndex((record) => record.readUInt16LE(0) === id);
      const record = held[index];
      if (!record) return 0xcb;
      if (data.readUInt16LE(0) !== reservation) return 0xc5;
      const next = behaviour.next?.(index) ?? held[index + 1]?.readUInt16LE(0) ?? 0xffff;
      const part = record.subarray(offset, offset + count);
      return Buffer.concat([uint16(next), behaviour.cut?.(part) ?? part]);
    },
  });
};

const read = (bmc: ReturnType<typeof scriptedBmc>) => createRepository().read(bmc.ask, 'bmc:623', 'guid');
const names = async (bmc: ReturnType<typeof scriptedBmc>) =>
  (await read(bmc)).map((record) => ('name' in record ? record.name : record.kind));
const allNames = [
  ...defaultSensors.map(({ record }) => record.name),
  ...defaultDevices.map(({ name }) => name),
];

test('every record in its order, each in two reads', async () => {
  const bmc = repositoryBmc();
  expect(await names(bmc)).toEqual(allNames);
  expect(bmc.count('Get SDR')).toBe(2 * records.length);
  expect(bmc.count('Reserve SDR Repository')).toBe(1);
});

test.each([63, 33, 17, 9])(
  'a BMC that returns less than %i bytes at once: smaller reads, found once',
  async (most) => {
    const bmc = repositoryBmc({ refuse: (_read, count) => (count >= most ? 0xca : undefined) });
    expect(await names(bmc)).toEqual(allNames);
  },
);

test('a BMC that cannot return 8 bytes is given up', async () => {
  const bmc = repositoryBmc({ refuse: (_read, count) => (count > 5 ? 0xca : undefined) });
  await expect(read(bmc)).rejects.toMatchObject({ code: 'bmc.rejected', completionCode: 0xca });
});

test('a BMC that answers less than was asked for is asked for the rest', async () => {
  const bmc = repositoryBmc({ cut: (part) => part.subarray(0, 11) });
  expect(await names(bmc)).toEqual(allNames);
});

test('a BMC that answers nothing of a record is not asked for ever', async () => {
  const bmc = repositoryBmc({ cut: (part) => (part.length === 5 ? part : part.subarray(0, 0)) });
  await expect(read(bmc)).rejects.toMatchObject({ code: 'bmc.protocol' });
  expect(bmc.count('Get SDR')).toBe(2);
});

test('a lost reservation is taken anew, and the record is read again', async () => {
  const bmc = repositoryBmc({ refuse: (read) => (read === 8 || read === 20 ? 0xc5 : undefined) });
  expect(await names(bmc)).toEqual(allNames);
  expect(bmc.count('Reserve SDR Repository')).toBe(3);
});

test('reservations that are always lost come to an end', async () => {
  const bmc = repositoryBmc({ refuse: (_read, _count, offset) => (offset > 0 ? 0xc5 : undefined) });
  await expect(read(bmc)).rejects.toMatchObject({ completionCode: 0xc5 });
  expect(bmc.count('Reserve SDR Repository')).toBe(8);
});

test('a ring of records is seen', async () => {
  const bmc = repositoryBmc({ next: (index) => (index === 3 ? 2 : index + 2) });
  await expect(read(bmc)).rejects.toMatchObject({
    code: 'bmc.protocol',
    message: expect.stringContaining('ring'),
  });
});

test('records without end come to one', async () => {
  const endless = Array.from({ length: 2100 }, (_none, index) => {
    const record = Buffer.from(records.at(-1) as Buffer);
    record.writeUInt16LE(index + 1, 0);
    return record;
  });
  const bmc = repositoryBmc({ records: endless });
  await expect(read(bmc)).rejects.toMatchObject({ code: 'bmc.protocol' });
  expect(bmc.count('Get SDR')).toBe(2 * 2048);
});

test('silence ends the walk', async () => {
  const bmc = scriptedBmc({ 'Get SDR Repository Info': () => 'silence' });
  await expect(read(bmc)).rejects.toMatchObject({ code: 'bmc.timeout' });
});

test('it is read again only when it has changed, or another BMC answers', async () => {
  let lastAddition = 1;
  const bmc = repositoryBmc({ lastAddition: () => lastAddition });
  const repository = createRepository();
  const readAs = (guid: string) => repository.read(bmc.ask, 'bmc:623', guid);
  await readAs('one');
  const once = bmc.count('Get SDR');
  expect(await readAs('one')).toHaveLength(records.length);
  expect(bmc.count('Get SDR')).toBe(once);
  await readAs('two');
  expect(bmc.count('Get SDR')).toBe(2 * once);
  lastAddition = 2;
  await readAs('two');
  expect(bmc.count('Get SDR')).toBe(3 * once);
});

test('one record that stands for several sensors', () => {
  const base = {
    recordId: 1,
    owner: 0x20,
    ownerLun: 0,
    entityId: 29,
    entityInstance: 5,
    sensorType: 4,
    eventType: 8,
  };
  const units = { percentage: false, rate: 0, modifierUse: 'none', base: 0, modifier: 0 } as const;
  const shared = (suffix: 'numeric' | 'alpha', suffixOffset: number) =>
    sensorsOf([
      {
        ...{ kind: 'compact', ...base, number: 0x40, name: 'Fan ', units },
        sharing: { count: 3, suffix, suffixOffset, entityIncrements: true },
      },
    ]).map(({ name, number, entityInstance }) => [name, number, entityInstance]);
  expect(shared('numeric', 1)).toEqual([
    ['Fan 1', 0x40, 5],
    ['Fan 2', 0x41, 6],
    ['Fan 3', 0x42, 7],
  ]);
  expect(shared('alpha', 24).map(([name]) => name)).toEqual(['Fan Y', 'Fan Z', 'Fan AA']);
});
