import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';

export const notInState = defineFault('machine', {
  describe:
    'Every Chassis Control is refused with completion code D5h (not in the present state) and not done.',
  form: flagForm,
  value: flag,
  over: (machine, refusing) => ({
    ...machine,
    control: (control) => (refusing() ? 'notInPresentState' : machine.control(control)),
  }),
});
