import { z } from 'zod';
import { defineFault } from './define.ts';

/** Steps of this width leave every window of section 6.12.13 (15 ahead, 16 behind) each time. */
const stride = 1 << 16;

export const wrongSequence = defineFault('numbering', {
  describe:
    'Answers in a session carry session sequence numbers that jump out of the window each time, or repeat the last one. The first answer of a session is right: it sets the window.',
  form: 'outOfWindow, repeated, or true (outOfWindow)',
  value: z.union([
    z.literal(true).transform(() => 'outOfWindow' as const),
    z.enum(['outOfWindow', 'repeated']),
  ]),
  over: (numbering, wrong) => (active) => {
    if (active.sentSequence === 0 || !wrong()) return numbering(active);
    if (wrong() === 'repeated') return active.sentSequence;
    return (numbering(active) + Math.imul(active.sentSequence, stride)) >>> 0 || 1;
  },
});
