import { z } from 'zod';
import type { Guids } from '../guids.ts';
import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';

/** Another GUID than the true one, and the same whenever it is asked for. */
const inverted = (guid: Buffer): Buffer => Buffer.from(guid.map((byte) => byte ^ 0xff));

const inBoth = (guids: Guids, change: (guid: Buffer) => Buffer): Guids => ({
  rakp2: () => change(guids.rakp2()),
  system: () => change(guids.system()),
});

export const wrongGuid = defineFault('guids', {
  describe: 'The BMC tells another GUID than it was configured with, as after a swap of boards or addresses.',
  form: '32 hex digits, or true (the configured one with every bit turned over)',
  value: z.union([z.literal(true), z.string().regex(/^[0-9A-Fa-f]{32}$/)]),
  over: (guids, wrong) =>
    inBoth(guids, (guid) => {
      const other = wrong();
      if (other === undefined) return guid;
      return other === true ? inverted(guid) : Buffer.from(other, 'hex');
    }),
});

export const emptyGuid = defineFault('guids', {
  describe: 'The GUID is all zeros, as on boards whose maker never set one.',
  form: flagForm,
  value: flag,
  over: (guids, empty) => inBoth(guids, (guid) => (empty() ? Buffer.alloc(guid.length) : guid)),
});

export const splitGuid = defineFault('guids', {
  describe: 'Get System GUID tells another GUID than RAKP 2 does.',
  form: flagForm,
  value: flag,
  over: (guids, split) => ({
    rakp2: guids.rakp2,
    system: () => (split() ? inverted(guids.system()) : guids.system()),
  }),
});
