import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';

export const otherPort = defineFault('wire', {
  describe: 'Answers come from another UDP port of the same address than the one that was asked.',
  form: flagForm,
  value: flag,
  over: (wire, elsewhere) => ({
    inbound: wire.inbound,
    outbound: (datagram, deliver) =>
      wire.outbound(datagram, (bytes, from) => deliver(bytes, elsewhere() ? 'otherPort' : from)),
  }),
});
