import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';
import { treated } from './on-the-wire.ts';

export const frozen = defineFault('wire', {
  describe:
    'The port is open, but the BMC takes nothing in and gives nothing out. The server behind it goes on.',
  form: flagForm,
  value: flag,
  over: (wire, isFrozen) =>
    treated(wire, (_direction, datagram, pass) => {
      if (!isFrozen()) pass(datagram);
    }),
});
