import { decodeRakp4, encodeRakp4 } from '../../../bmc/ipmi/rakp-4.ts';
import { spoiled } from './bad-code.ts';
import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';

export const badRakp4Code = defineFault('handshake', {
  describe:
    'The code of RAKP 4 is wrong, as with another K_g. The BMC holds the session to be open, so its slot stays taken until it is idle too long.',
  form: flagForm,
  value: flag,
  over: (handshake, bad) => ({
    ...handshake,
    rakp3(payload) {
      const reply = handshake.rakp3(payload);
      const decoded = reply && bad() ? decodeRakp4(reply) : undefined;
      return decoded?.ok ? encodeRakp4({ ...decoded.value, code: spoiled(decoded.value.code) }) : reply;
    },
  }),
});
