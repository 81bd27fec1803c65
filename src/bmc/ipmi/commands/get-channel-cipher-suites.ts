import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns } from '../command.ts';
import { tooShort } from '../decoded.ts';
import type { AlgorithmNumbers } from '../open-session.ts';

export interface ChannelCipherSuitesRequest {
  /** 0Eh: the channel the request came in on. */
  readonly channel: number;
  /** Which 16 bytes of the list: 0 the first ones. */
  readonly index: number;
}

/** Up to 16 bytes of the list; fewer than 16 end it. {@link decodeCipherSuiteRecords} reads the whole. */
export interface ChannelCipherSuites {
  readonly channel: number;
  readonly records: Buffer;
}

/** A suite as a BMC lists it. */
export interface CipherSuiteRecord extends AlgorithmNumbers {
  readonly id: number;
}

export const cipherSuitePartLength = 16;

const listBySuite = 0x80;
const ipmiPayload = 0x00;
const standardRecord = 0xc0;
const oemRecord = 0xc1;
const ianaLength = 3;
const tagShift = 6;
const valueMask = 0x3f;

/** Get Channel Cipher Suites, IPMI 2.0 section 22.15; answered before any session. */
export const getChannelCipherSuites: IpmiCommand<ChannelCipherSuitesRequest, ChannelCipherSuites> = {
  name: 'Get Channel Cipher Suites',
  netFn: netFns.application,
  command: 0x54,
  encodeRequest: ({ channel, index }) => Buffer.from([channel, ipmiPayload, listBySuite | index]),
  decodeRequest(data) {
    if (data.length < 3) return tooShort;
    return ok({ channel: (data[0] as number) & 0x0f, index: (data[2] as number) & valueMask });
  },
  encodeResponse: ({ channel, records }) => Buffer.concat([Buffer.from([channel]), records]),
  decodeResponse(data) {
    if (data.length < 1) return tooShort;
    return ok({ channel: (data[0] as number) & 0x0f, records: data.subarray(1, 1 + cipherSuitePartLength) });
  },
};

/** Standard records, one after the other (section 22.15.1); parts of 16 bytes are cut from this. */
export const encodeCipherSuiteRecords = (suites: readonly CipherSuiteRecord[]): Buffer =>
  Buffer.from(
    suites.flatMap(({ id, authentication, integrity, confidentiality }) => [
      standardRecord,
      id,
      authentication,
      (1 << tagShift) | integrity,
      (2 << tagShift) | confidentiality,
    ]),
  );

/**
 * The suites of a whole list. Records of a manufacturer are passed over, and so is whatever is
 * damaged: a list is advice, the BMC decides when a session is opened. Where a record offers
 * several algorithms of one kind, the last one stands.
 */
export const decodeCipherSuiteRecords = (bytes: Buffer): readonly CipherSuiteRecord[] => {
  const suites: CipherSuiteRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = bytes[at] as number;
    if (start !== standardRecord && start !== oemRecord) {
      at += 1;
      continue;
    }
    const idAt = at + 1;
    at = idAt + 1 + (start === oemRecord ? ianaLength : 0);
    const numbers = [0, 0, 0];
    for (; at < bytes.length && (bytes[at] as number) < standardRecord; at += 1) {
      const byte = bytes[at] as number;
      numbers[byte >> tagShift] = byte & valueMask;
    }
    if (start === oemRecord || idAt >= bytes.length) continue;
    const [authentication = 0, integrity = 0, confidentiality = 0] = numbers;
    suites.push({ id: bytes[idAt] as number, authentication, integrity, confidentiality });
  }
  return suites;
};
