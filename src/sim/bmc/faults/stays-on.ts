import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';

export const staysOn = defineFault('supply', {
  describe:
    'Off, cycle and the soft power button are acknowledged and do nothing, as with a power relay that sticks. Someone at the machine can still switch it.',
  form: flagForm,
  value: flag,
  over: (supply, stuck) => ({
    ...supply,
    off(delayMs) {
      if (!stuck()) supply.off(delayMs);
    },
    cycle(delayMs) {
      if (!stuck()) supply.cycle(delayMs);
    },
  }),
});
