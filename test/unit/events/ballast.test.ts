import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ballastBytes, createBallast } from '../../../src/events/ballast.ts';
import { temporaryDirectories } from '../../support/thread-journal.ts';

const directories = temporaryDirectories();
afterAll(() => directories.remove());

const setUp = () => {
  const directory = directories.create();
  const path = join(directory, 'ballast');
  return { ballast: createBallast(directory), path, size: () => statSync(path).size };
};

test('takes its room for real, for its owner only', () => {
  const { ballast, path } = setUp();
  expect(ballast.restore()).toBe(true);
  const { size, blocks, mode } = statSync(path);
  expect(size).toBe(ballastBytes);
  expect(blocks * 512).toBeGreaterThanOrEqual(ballastBytes);
  expect((mode & 0o777).toString(8)).toBe('600');
});

test('is given up in slices, until none is left', () => {
  const { ballast, size } = setUp();
  expect(ballast.release()).toBe(false);
  ballast.restore();
  let slices = 0;
  for (let before = size(); ballast.release(); before = size()) {
    expect(size()).toBeLessThan(before);
    slices += 1;
  }
  expect(size()).toBe(0);
  expect(slices).toBe(64);
});

test('is made whole again where it was given up in part, or holds nothing back', () => {
  const { ballast, path } = setUp();
  ballast.restore();
  ballast.release();
  expect(ballast.restore()).toBe(true);
  writeFileSync(path, '');
  truncateSync(path, ballastBytes);
  expect(ballast.restore()).toBe(true);
  expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(ballastBytes);
});

test('says no where there is no directory for it', () => {
  const ballast = createBallast(join(directories.create(), 'nowhere'));
  expect(ballast.restore()).toBe(false);
  expect(ballast.release()).toBe(false);
});
