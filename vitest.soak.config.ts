import { defineConfig } from 'vitest/config';

/** Long runs (`npm run soak`): one file at a time, so that timings and leaks are its own. */
export default defineConfig({
  test: {
    include: ['test/soak/**/*.test.ts'],
    testTimeout: 60 * 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    passWithNoTests: true,
  },
});
