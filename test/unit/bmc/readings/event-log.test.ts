import { describe, expect, test } from 'vitest';
import { readEventLog } from '../../../../src/bmc/readings/event-log.ts';
import { type Said, scriptedBmc, uint16 } from './scripted-bmc.ts';

const record = (id: number): Buffer => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(id, 0);
  bytes[2] = 0x02;
  return bytes;
};

const info = (entries: number): Buffer => {
  const data = Buffer.alloc(14);
  data.writeUInt16LE(entries, 1);
  return data;
};

/** A log with these ids in this order. */
const logBmc = (
  ids: readonly number[],
  more: { next?: (id: number) => number | undefined; refuse?: (read: number) => number | undefined } = {},
) => {
  let reads = 0;
  return scriptedBmc({
    'Get SEL Info': () => info(ids.length),
    'Get SEL Entry': (data): Said => {
      const asked = data.readUInt16LE(2);
      reads += 1;
      const refused = more.refuse?.(reads);
      if (refused !== undefined) return refused;
      const index = asked === 0 ? 0 : asked === 0xffff ? ids.length - 1 : ids.indexOf(asked);
      const id = ids[index];
      if (id === undefined) return 0xcb;
      return Buffer.concat([uint16(more.next?.(id) ?? ids[index + 1] ?? 0xffff), record(id)]);
    },
  });
};

const read = async (bmc: ReturnType<typeof scriptedBmc>, keep: number) =>
  (await readEventLog(bmc.ask, 'bmc:623', keep)).records.map(({ id }) => id);
const inARow = (count: number) => Array.from({ length: count }, (_none, index) => index + 1);

test('the whole log, oldest first', async () => {
  const bmc = logBmc([5, 9, 2, 7]);
  expect(await read(bmc, 100)).toEqual([5, 9, 2, 7]);
  expect(bmc.count('Get SEL Entry')).toBe(4);
});

test('an empty log is asked for nothing more', async () => {
  const bmc = logBmc([]);
  expect(await read(bmc, 100)).toEqual([]);
  expect(bmc.asked).toEqual(['Get SEL Info']);
});

describe('the last entries', () => {
  test('of a log whose ids are in a row, without reading all before them', async () => {
    const bmc = logBmc(inARow(4000));
    expect(await read(bmc, 3)).toEqual([3998, 3999, 4000]);
    expect(bmc.count('Get SEL Entry')).toBe(4);
  });

  test.each([
    ['has gaps', [1, 2, 10, 20, 30], 3],
    ['begins anew at 1', [65_533, 65_534, 1, 2], 3],
    ['goes in tens', [10, 20, 30, 40], 2],
    ['has more between them than the ids tell', [5, 3, 100, 4], 2],
  ])('of a log that %s: from the beginning where that is needed', async (_name, ids, keep) => {
    expect(await read(logBmc(ids), keep)).toEqual(ids.slice(-keep));
  });
});

describe('a log that is not what it should be', () => {
  test('a ring is seen', async () => {
    const bmc = logBmc(inARow(5), { next: (id) => (id === 5 ? 3 : undefined) });
    await expect(read(bmc, 100)).rejects.toMatchObject({ code: 'bmc.protocol' });
    expect(bmc.count('Get SEL Entry')).toBeLessThanOrEqual(6);
  });

  test('ids without end come to one', async () => {
    let reads = 0;
    const bmc = scriptedBmc({
      'Get SEL Info': () => info(1),
      'Get SEL Entry': () => {
        reads += 1;
        return Buffer.concat([uint16(reads % 0xffff), record(reads & 0xffff)]);
      },
    });
    await expect(read(bmc, 10)).rejects.toMatchObject({ code: 'bmc.protocol' });
    expect(reads).toBeLessThanOrEqual(0x10000);
  });

  test('one that is cleared meanwhile is read anew, three times at most', async () => {
    const cleared = logBmc(inARow(5), { refuse: (count) => (count === 3 ? 0xcb : undefined) });
    expect(await read(cleared, 100)).toEqual(inARow(5));
    const restless = logBmc(inARow(5), { refuse: (count) => (count % 3 === 0 ? 0xcb : undefined) });
    await expect(read(restless, 100)).rejects.toMatchObject({ code: 'bmc.protocol' });
    expect(restless.count('Get SEL Entry')).toBe(9);
  });

  test('silence and a refusal end it', async () => {
    const refuse = () => 0xd4;
    await expect(read(logBmc([1], { refuse }), 9)).rejects.toMatchObject({ code: 'bmc.privilege' });
    const silent = scriptedBmc({ 'Get SEL Info': () => 'silence' });
    await expect(read(silent, 9)).rejects.toMatchObject({ code: 'bmc.timeout' });
  });
});
