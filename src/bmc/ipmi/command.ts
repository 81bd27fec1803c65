import type { Decoded } from './decoded.ts';

/** Network function codes, IPMI 2.0 table 5-1. */
export const netFns = { chassis: 0x00, sensor: 0x04, application: 0x06, storage: 0x0a } as const;

/**
 * One IPMI command: its numbers and its four codecs. `encodeResponse` and `decodeResponse` deal
 * with the data behind a completion code of 00h. The client and the simulated BMC share these.
 */
export interface IpmiCommand<Request, Response> {
  readonly name: string;
  readonly netFn: number;
  readonly command: number;
  encodeRequest(request: Request): Buffer;
  decodeRequest(data: Buffer): Decoded<Request>;
  encodeResponse(response: Response): Buffer;
  decodeResponse(data: Buffer): Decoded<Response>;
}

/** The codec of a request or response without data; extra bytes of newer firmware are let pass. */
export const nothing = {
  encode: (): Buffer => Buffer.alloc(0),
  decode: (): Decoded<undefined> => ({ ok: true, value: undefined }),
};
