import { fail, ok, type Result } from '../core/result.ts';

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** A duration as people write it (`500ms`, `15s`, `2m`) in milliseconds. */
export const parseDuration = (text: string): Result<number, string> => {
  const match = /^(\d{1,7})(ms|s|m)$/.exec(text);
  const [, digits = '', unit = ''] = match ?? [];
  const unitMs = unitsMs[unit];
  if (!match || unitMs === undefined) return fail(`"${text}" is not a duration; write 500ms, 15s or 2m`);
  return ok(Number(digits) * unitMs);
};
