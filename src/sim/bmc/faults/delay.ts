import { z } from 'zod';
import { defineArmedFault } from './define.ts';
import { treated } from './on-the-wire.ts';
import { type Direction, directionSchema } from './picking.ts';

const delayMs = z.number().min(0).max(600_000);

export const delay = defineArmedFault('wire', {
  describe:
    'Datagrams take so many milliseconds more in each direction, and up to jitterMs on top of that, by chance; with jitter they overtake one another.',
  form: 'milliseconds, or {ms, jitterMs, direction: in, out or both}',
  value: z.union([
    delayMs.transform((ms) => ({ ms, jitterMs: 0, direction: 'both' as const })),
    z.strictObject({ ms: delayMs.default(0), jitterMs: delayMs.default(0), direction: directionSchema }),
  ]),
  arm:
    ({ ms, jitterMs, direction }, { clock, random }) =>
    (way: Direction, pass: () => void) => {
      if (direction !== 'both' && direction !== way) pass();
      else clock.after(ms + (jitterMs > 0 ? random() * jitterMs : 0), pass);
    },
  over: (wire, armed) =>
    treated(wire, (direction, datagram, pass) => {
      const later = armed();
      if (later) later(direction, () => pass(datagram));
      else pass(datagram);
    }),
});
