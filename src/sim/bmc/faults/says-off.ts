import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';

export const saysOff = defineFault('machine', {
  describe:
    'Get Chassis Status reads off, whatever the power really is. What is ordered is still done; the facts on standard output tell the truth.',
  form: flagForm,
  value: flag,
  over: (machine, lying) => ({
    ...machine,
    status: () => (lying() ? { ...machine.status(), power: 'off' } : machine.status()),
  }),
});
