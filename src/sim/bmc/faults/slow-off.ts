import { z } from 'zod';
import { defineFault } from './define.ts';

export const slowOff = defineFault('supply', {
  describe:
    'An accepted off or cycle takes this long before the power goes off, instead of the usual delay; the soft power button keeps its own.',
  form: 'milliseconds, at most 3600000',
  value: z.number().int().min(0).max(3_600_000),
  over: (supply, slow) => ({
    ...supply,
    off: (delayMs = slow()) => supply.off(delayMs),
    cycle: (delayMs = slow()) => supply.cycle(delayMs),
  }),
});
