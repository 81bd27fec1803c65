import { fail, ok } from '../../core/result.ts';
import { type Decoded, tooShort } from './decoded.ts';

/** RMCP header, IPMI 2.0 section 13.1.3: version 06h, reserved, sequence FFh (no acknowledgement), class. */
export const rmcpHeaderLength = 4;

const version = 0x06;
const noAcknowledgement = 0xff;
const classes = { asf: 0x06, ipmi: 0x07 } as const;
/** Bit 7 of the class byte marks an RMCP acknowledgement, which carries no message. */
const acknowledgementBit = 0x80;

export type RmcpClass = keyof typeof classes;

/** Writes the header at the start of `datagram`. */
export const writeRmcpHeader = (datagram: Buffer, rmcpClass: RmcpClass): void => {
  datagram[0] = version;
  datagram[1] = 0;
  datagram[2] = noAcknowledgement;
  datagram[3] = classes[rmcpClass];
};

export const encodeRmcp = (rmcpClass: RmcpClass, body: Buffer): Buffer => {
  const datagram = Buffer.allocUnsafe(rmcpHeaderLength + body.length);
  writeRmcpHeader(datagram, rmcpClass);
  body.copy(datagram, rmcpHeaderLength);
  return datagram;
};

/** The class and body of an RMCP datagram. */
export const decodeRmcp = (datagram: Buffer): Decoded<{ rmcpClass: RmcpClass; body: Buffer }> => {
  if (datagram.length < rmcpHeaderLength) return tooShort;
  const classByte = datagram[3] as number;
  if (datagram[0] !== version || (classByte & acknowledgementBit) !== 0) return fail('badHeader');
  const body = datagram.subarray(rmcpHeaderLength);
  if (classByte === classes.asf) return ok({ rmcpClass: 'asf', body });
  if (classByte === classes.ipmi) return ok({ rmcpClass: 'ipmi', body });
  return fail('badHeader');
};
