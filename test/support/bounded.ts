import { setTimeout as pause } from 'node:timers/promises';

/** The promise's value; rejects, naming `what` was waited for, when `limitMs` pass first. */
export const bounded = async <T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> => {
  const over = new AbortController();
  const limit = pause(limitMs, undefined, { signal: over.signal }).then(
    () => Promise.reject(new Error(`waited ${limitMs} ms in vain for ${what}`)),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([promise, limit]);
  } finally {
    over.abort();
  }
};

const lookEveryMs = 5;

/** The first value that is not undefined or false; looks every few milliseconds, for at most `limitMs`. */
export const until = async <T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs: number,
  what: string,
): Promise<T> => {
  const startedAt = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() - startedAt > limitMs) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await pause(lookEveryMs);
  }
};
