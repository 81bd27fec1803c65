import { defineArmedFault } from './define.ts';
import { treated } from './on-the-wire.ts';
import { createPicker, pickForm, pickSchema } from './picking.ts';

export const drop = defineArmedFault('wire', {
  describe: 'Datagrams are lost.',
  form: pickForm,
  value: pickSchema,
  arm: (pick, { random }) => createPicker(pick, random),
  over: (wire, picker) =>
    treated(wire, (direction, datagram, pass) => {
      if (!picker()?.(direction)) pass(datagram);
    }),
});
