import type { Clock } from '../../../core/clock.ts';
import { defineArmedFault } from './define.ts';
import { treated } from './on-the-wire.ts';
import { createPicker, type Direction, type Picker, pickForm, pickSchema } from './picking.ts';

/** A held datagram that none overtakes goes on after this time. */
const longestHoldMs = 1000;

/** Holds one datagram of each direction back until the next one has passed it. */
const createHold = (picker: Picker, clock: Clock) => {
  const held = new Map<Direction, () => void>();
  const hold = (direction: Direction, pass: () => void) => {
    const release = () => {
      held.delete(direction);
      timer.cancel();
      pass();
    };
    const timer = clock.after(longestHoldMs, release);
    held.set(direction, release);
  };
  return (direction: Direction, pass: () => void) => {
    const release = held.get(direction);
    if (!release && picker(direction)) return hold(direction, pass);
    pass();
    release?.();
  };
};

export const reorder = defineArmedFault('wire', {
  describe: `Datagrams are overtaken by the next one of their direction; where none comes, they go on after ${longestHoldMs} ms.`,
  form: pickForm,
  value: pickSchema,
  arm: (pick, { clock, random }) => createHold(createPicker(pick, random), clock),
  over: (wire, armed) =>
    treated(wire, (direction, datagram, pass) => {
      const hold = armed();
      if (hold) hold(direction, () => pass(datagram));
      else pass(datagram);
    }),
});
