import { expect } from 'vitest';
import { type Barrage, runBarrage } from './barrage.ts';
import { printFigures, secondsSince } from './figures.ts';

const mean = (numbers: readonly number[]): number =>
  Math.round(numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length));

/** The mean of one quarter of the run. */
const quarter = (numbers: readonly number[], which: 0 | 1 | 2 | 3): number =>
  mean(numbers.slice((which * numbers.length) / 4, ((which + 1) * numbers.length) / 4));

/** From the second quarter of the run on, memory may not grow by more than this. */
const growthMib = 24;
const mostMib = 300;

const slowest = ({ told }: Barrage): number => Math.round(Math.max(...told.map(({ waitedMs }) => waitedMs)));

const count = ({ told }: Barrage, outcome: string): number =>
  told.filter(({ answer }) => answer.outcome === outcome).length;

/** Runs a barrage, prints its figures, and holds what must hold. */
export const withstand = async (datagrams: number, seed: number): Promise<void> => {
  const startedMs = performance.now();
  const barrage = await runBarrage({ datagrams, seed });
  const { told, untrue, fired, overflowed, toClosedPorts, rssMib, stillRunning, sessionsLeft } = barrage;
  const fenced = told.filter(({ answer }) => answer.fenced).length;
  const growth = quarter(rssMib, 3) - quarter(rssMib, 1);
  printFigures('hostile datagrams', {
    arrived: fired - overflowed - toClosedPorts,
    fired,
    'lost in full buffers': overflowed,
    'to sockets just closed': toClosedPorts,
    requests: told.length,
    fenced,
    confirmed: count(barrage, 'confirmed'),
    unknown: count(barrage, 'unknown'),
    refused: count(barrage, 'refused'),
    'slowest answer in ms': slowest(barrage),
    untrue: untrue.length,
    'sessions left': sessionsLeft,
    'RSS MiB by quarters': [0, 1, 2, 3].map((which) => quarter(rssMib, which as 0 | 1 | 2 | 3)).join('/'),
    'most RSS MiB': Math.max(...rssMib),
    seed,
    'elapsed seconds': secondsSince(startedMs),
  });
  expect(stillRunning).toBe(true);
  expect(fired - overflowed - toClosedPorts).toBeGreaterThan(0.9 * datagrams);
  expect(sessionsLeft).toBe(0);
  expect(untrue).toEqual([]);
  expect(fenced).toBeGreaterThan(0);
  expect(growth).toBeLessThan(growthMib);
  expect(Math.max(...rssMib)).toBeLessThan(mostMib);
};
