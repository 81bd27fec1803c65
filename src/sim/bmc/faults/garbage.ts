import { z } from 'zod';
import { rmcpHeaderLength } from '../../../bmc/ipmi/rmcp.ts';
import type { Random } from '../../random.ts';
import { defineArmedFault } from './define.ts';
import { treated } from './on-the-wire.ts';

const longest = 96;

/** Random bytes; every other time behind the RMCP header of the answer, so that deeper decoders meet them too. */
const junkOver = (datagram: Buffer, random: Random): Buffer => {
  const length = 1 + Math.floor(random() * longest);
  const junk = Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
  return random() < 0.5 ? junk : Buffer.concat([datagram.subarray(0, rmcpHeaderLength), junk]);
};

export const garbage = defineArmedFault('wire', {
  describe:
    'The BMC sends random bytes instead of each answer, or before it; half of them begin like IPMI datagrams.',
  form: 'instead, before, or true (instead)',
  value: z.union([z.literal(true).transform(() => 'instead' as const), z.enum(['instead', 'before'])]),
  arm: (where, { random }) => ({ where, random }),
  over: (wire, armed) =>
    treated(wire, (direction, datagram, pass) => {
      const junk = direction === 'out' ? armed() : undefined;
      if (junk) pass(junkOver(datagram, junk.random));
      if (junk?.where !== 'instead') pass(datagram);
    }),
});
