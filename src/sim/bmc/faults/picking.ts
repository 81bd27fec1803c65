import { z } from 'zod';
import type { Random } from '../../random.ts';

/** The way of a datagram: into the BMC or out of it. */
export type Direction = 'in' | 'out';

export const directionSchema = z.enum(['in', 'out', 'both']).default('both');
const probability = z.number().min(0).max(1);
const every = z.number().int().min(1).max(1_000_000);

/** Which datagrams a fault takes: all of them, each with a probability, or every n-th one of a direction. */
export const pickSchema = z.union([
  z.literal(true).transform(() => ({ every: 1, direction: 'both' as const })),
  probability.transform((value) => ({ probability: value, direction: 'both' as const })),
  z.strictObject({ probability, direction: directionSchema }),
  z.strictObject({ every, direction: directionSchema }),
]);

export const pickForm =
  'true (all), a probability from 0 to 1, or {probability or every, direction: in, out or both}';

/** Whether a datagram of this direction is one that the fault takes; each is to be asked about once. */
export type Picker = (direction: Direction) => boolean;

export const createPicker = (pick: z.output<typeof pickSchema>, random: Random): Picker => {
  const passed = { in: 0, out: 0 };
  return (direction) => {
    if (pick.direction !== 'both' && pick.direction !== direction) return false;
    if ('probability' in pick) return random() < pick.probability;
    passed[direction] += 1;
    return passed[direction] % pick.every === 0;
  };
};
