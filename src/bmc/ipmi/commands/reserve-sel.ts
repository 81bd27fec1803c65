import { type IpmiCommand, netFns } from '../command.ts';
import { reserveSdrRepository } from './reserve-sdr-repository.ts';

/**
 * Reserve SEL, IPMI 2.0 section 31.4: for partial reads and for clearing. Our reader asks for whole entries and
 * needs none; the tools of others ask for one all the same.
 */
export const reserveSel: IpmiCommand<undefined, number> = {
  ...reserveSdrRepository,
  name: 'Reserve SEL',
  netFn: netFns.storage,
  command: 0x42,
};
