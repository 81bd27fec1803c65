import { expect } from 'vitest';
import { printFigures, secondsSince } from '../proof/figures.ts';
import { runTrapBarrage } from './barrage.ts';

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);

const quarter = (numbers: readonly number[], which: number): number =>
  mean(numbers.slice((which * numbers.length) / 4, ((which + 1) * numbers.length) / 4));

/** From the second quarter of the run to the last. */
const mostGrowthMib = 10;

/** Runs a barrage of hostile traps, prints its figures, and holds what must hold. */
export const withstandTraps = async (datagrams: number, seed: number): Promise<void> => {
  const startedMs = performance.now();
  const barrage = await runTrapBarrage(datagrams, seed);
  const { sent, good, missing, counters, kernelDrops, rssMib, stillRunning, informs } = barrage;
  const { received, recorded, discoveries, repeated, refused } = counters;
  const quarters = [0, 1, 2, 3].map((which) => quarter(rssMib, which));
  const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
  printFigures('hostile traps', {
    ...{ sent, received, 'kernel drops': kernelDrops, recorded, discoveries, repeated, refused: refusals },
    reasons: JSON.stringify(refused),
    'good traps': good,
    'good traps missing': missing.length,
    'informs acknowledged': `${barrage.acknowledged} (sent ${informs} good ones)`,
    'RSS MiB by quarters': quarters.map((value) => value.toFixed(1)).join('/'),
    'datagrams per second': barrage.perSecond,
    seed,
    'elapsed seconds': secondsSince(startedMs),
  });
  expect(stillRunning).toBe(true);
  expect(kernelDrops).toBe(0);
  expect(received).toBe(sent);
  expect(recorded + discoveries + repeated + refusals).toBe(sent);
  expect(missing).toEqual([]);
  expect(barrage.acknowledged).toBe(counters.acknowledged);
  expect(counters.acknowledged).toBeGreaterThanOrEqual(informs);
  expect(Math.abs((quarters[3] ?? 0) - (quarters[1] ?? 0))).toBeLessThan(mostGrowthMib);
};
