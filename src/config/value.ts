import type { ConfigPath } from './problem.ts';

/** Whether a value is a section (a plain object). */
export const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path, own keys only; undefined where there is none. */
export const valueAt = (root: unknown, path: ConfigPath): unknown =>
  path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
    return isSection(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, root);
