import { fail, ok, type Result } from '../core/result.ts';

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A duration as people write it (`500ms`, `15s`, `2m`, `2h`, `1d`) in milliseconds. */
export const parseDuration = (text: string): Result<number, string> => {
  const match = /^(\d{1,7})(ms|s|m|h|d)$/.exec(text);
  const [, digits = '', unit = ''] = match ?? [];
  const unitMs = unitsMs[unit];
  if (!match || unitMs === undefined) return fail(`"${text}" is not a duration; write 500ms, 15s or 2m`);
  return ok(Number(digits) * unitMs);
};
