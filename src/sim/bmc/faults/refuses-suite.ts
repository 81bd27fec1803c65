import { z } from 'zod';
import { cipherSuites } from '../../../bmc/ipmi/cipher-suites.ts';
import { defineFault } from './define.ts';

const suite = z.number().refine((id) => cipherSuites.has(id));

export const refusesSuite = defineFault('offer', {
  describe:
    'Open Session is refused with status 11h for these cipher suites, though the BMC goes on listing them.',
  form: 'a cipher suite (17, 3 or 0), or a list of them',
  value: z.union([suite.transform((id) => [id]), z.array(suite).min(1)]),
  over: (offer, refused) => () => offer().filter((id) => !refused()?.includes(id)),
});
