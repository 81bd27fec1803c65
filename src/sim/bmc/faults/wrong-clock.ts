import { z } from 'zod';
import { defineFault } from './define.ts';

export const wrongClock = defineFault('wallMs', {
  describe: 'The clock of the BMC (Get SEL Time) is wrong by so many seconds; a negative number is late.',
  form: 'seconds from -1000000000 to 1000000000',
  value: z.number().int().min(-1e9).max(1e9),
  over: (wallMs, offBySeconds) => () => wallMs() + (offBySeconds() ?? 0) * 1000,
});
