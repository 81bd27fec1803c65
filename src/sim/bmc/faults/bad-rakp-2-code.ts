import { decodeRakp2, encodeRakp2 } from '../../../bmc/ipmi/rakp-2.ts';
import { spoiled } from './bad-code.ts';
import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';

export const badRakp2Code = defineFault('handshake', {
  describe:
    'The code of RAKP 2, by which the BMC proves that it knows the password, is wrong: as of an impostor, or of another password.',
  form: flagForm,
  value: flag,
  over: (handshake, bad) => ({
    ...handshake,
    rakp1(payload) {
      const reply = handshake.rakp1(payload);
      const decoded = reply && bad() ? decodeRakp2(reply) : undefined;
      if (!decoded?.ok || !decoded.value.accepted) return reply;
      const { accepted } = decoded.value;
      return encodeRakp2({ ...decoded.value, accepted: { ...accepted, code: spoiled(accepted.code) } });
    },
  }),
});
