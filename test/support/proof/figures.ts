/** One line of figures at the end of a soak: its name, then each figure with what it counts. */
export const printFigures = (soak: string, figures: Readonly<Record<string, string | number>>): void => {
  const told = Object.entries(figures).map(([what, figure]) => `${what} ${figure}`);
  process.stdout.write(`soak: ${soak}: ${told.join(', ')}\n`);
};

/** A count from the environment. */
export const countFrom = (name: string, otherwise: number): number => {
  const text = process.env[name];
  const count = text === undefined ? otherwise : Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`${name} must be a whole number above 0, not ${text}`);
};

/** Seconds since `startedMs` of `performance.now()`. */
export const secondsSince = (startedMs: number): number =>
  Math.round((performance.now() - startedMs) / 100) / 10;
