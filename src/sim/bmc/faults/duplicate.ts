import { defineArmedFault } from './define.ts';
import { treated } from './on-the-wire.ts';
import { createPicker, pickForm, pickSchema } from './picking.ts';

export const duplicate = defineArmedFault('wire', {
  describe: 'Datagrams arrive twice.',
  form: pickForm,
  value: pickSchema,
  arm: (pick, { random }) => createPicker(pick, random),
  over: (wire, picker) =>
    treated(wire, (direction, datagram, pass) => {
      const twice = picker()?.(direction);
      pass(datagram);
      if (twice) pass(datagram);
    }),
});
