import type { TrapCondition } from '../../config/trap-schema.ts';
import type { PlainValue } from './plain-value.ts';

const same = (value: PlainValue, wanted: string | number): boolean => String(value) === String(wanted);

const inRange = (value: number, from: number | undefined, to: number | undefined): boolean =>
  (from === undefined || value >= from) && (to === undefined || value <= to);

/** Whether an integer has a bit set; bit 31 is that of an unsigned number, too. */
const hasBit = (value: number, bit: number): boolean => Math.floor(value / 2 ** bit) % 2 !== 0;

/** Whether a value meets a condition. There are no patterns, so the cost is bounded by the length of the value. */
export const meets = (value: PlainValue | undefined, condition: TrapCondition): boolean => {
  if (value === undefined) return false;
  const { equals, in: list, bit, from, to, begins, contains } = condition;
  if (equals !== undefined && !same(value, equals)) return false;
  if (list && !list.some((wanted) => same(value, wanted))) return false;
  const needsNumber = bit !== undefined || from !== undefined || to !== undefined;
  if (needsNumber && typeof value !== 'number') return false;
  if (typeof value === 'number') {
    if (bit !== undefined && !hasBit(value, bit)) return false;
    if (!inRange(value, from, to)) return false;
  }
  const text = String(value);
  if (begins !== undefined && !text.startsWith(begins)) return false;
  return contains === undefined || text.toLowerCase().includes(contains.toLowerCase());
};
