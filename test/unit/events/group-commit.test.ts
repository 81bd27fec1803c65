import { expect, test } from 'vitest';
import { createGroupCommit } from '../../../src/events/group-commit.ts';

/** A disk whose flushes end when the test says so. */
const createDisk = () => {
  const batches: string[][] = [];
  const finish: { done: () => void; fail: (error: Error) => void }[] = [];
  let last = 0;
  return {
    batches,
    write: (batch: readonly string[]): Promise<number[]> =>
      new Promise((resolve, reject) => {
        batches.push([...batch]);
        finish.push({ done: () => resolve(batch.map(() => ++last)), fail: reject });
      }),
    async flush(): Promise<void> {
      finish.shift()?.done();
      await settled();
    },
    async fail(): Promise<void> {
      finish.shift()?.fail(new Error('disk'));
      await settled();
    },
  };
};

const settled = () => new Promise((resolve) => setImmediate(resolve));

const setUp = (limits = { maxBatch: 3, maxPending: 10 }) => {
  const disk = createDisk();
  return { disk, commit: createGroupCommit<string, number>({ write: disk.write, ...limits }) };
};

test('what arrives during a flush goes as the next batches, in order and within the cap', async () => {
  const { disk, commit } = setUp();
  const first = commit.append('a');
  await settled();
  const others = ['b', 'c', 'd', 'e'].map((item) => commit.append(item));
  expect(commit.pending()).toBe(5);
  await disk.flush();
  expect(await first).toBe(1);
  await disk.flush();
  expect(commit.pending()).toBe(1);
  await disk.flush();
  expect(await Promise.all(others)).toEqual([2, 3, 4, 5]);
  expect(disk.batches).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
  expect(commit.pending()).toBe(0);
});

test('what is appended in one breath shares the first flush', async () => {
  const { disk, commit } = setUp();
  const both = Promise.all([commit.append('a'), commit.append('b')]);
  await settled();
  expect(disk.batches).toEqual([['a', 'b']]);
  await disk.flush();
  expect(await both).toEqual([1, 2]);
});

test('a failed flush rejects its own batch only', async () => {
  const { disk, commit } = setUp();
  const first = commit.append('a');
  const rejected = expect(first).rejects.toThrow('disk');
  await settled();
  const second = commit.append('b');
  await disk.fail();
  await rejected;
  await disk.flush();
  expect(await second).toBe(1);
});

test('beyond the limit appends are refused at once, and taken again when there is room', async () => {
  const { disk, commit } = setUp({ maxBatch: 2, maxPending: 2 });
  const taken = [commit.append('a'), commit.append('b')];
  await expect(commit.append('c')).rejects.toMatchObject({ code: 'journal.failed' });
  await settled();
  await disk.flush();
  await Promise.all(taken);
  const later = commit.append('d');
  await settled();
  await disk.flush();
  expect(await later).toBe(3);
});

test('idle waits for everything that is pending', async () => {
  const { disk, commit } = setUp();
  await commit.idle();
  const appended = commit.append('a');
  let idle = false;
  const waiting = commit.idle().then(() => {
    idle = true;
  });
  await settled();
  expect(idle).toBe(false);
  await disk.flush();
  await Promise.all([appended, waiting]);
  expect(idle).toBe(true);
});
