import { fail, ok } from '../../core/result.ts';
import { type Decoded, tooShort } from './decoded.ts';

/** Addresses on the IPMB side of a LAN message: the BMC, and remote console software (section 5.5). */
const bmcAddress = 0x20;
const consoleAddress = 0x81;

/** An IPMI LAN message, IPMI 2.0 section 13.8: what a payload of type "IPMI message" holds. */
export interface RequestMessage {
  readonly netFn: number;
  readonly command: number;
  /** 0-63; a reply repeats it. */
  readonly sequence: number;
  readonly data: Buffer;
}

export interface ResponseMessage extends RequestMessage {
  readonly completionCode: number;
}

const checksum = (bytes: Buffer): number => {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return -sum & 0xff;
};

const encodeMessage = (to: number, netFn: number, from: number, sequence: number, rest: Buffer): Buffer => {
  const head = Buffer.from([to, netFn << 2]);
  const body = Buffer.concat([Buffer.from([from, sequence << 2]), rest]);
  return Buffer.concat([head, Buffer.from([checksum(head)]), body, Buffer.from([checksum(body)])]);
};

export const encodeRequest = (message: RequestMessage): Buffer =>
  encodeMessage(
    bmcAddress,
    message.netFn,
    consoleAddress,
    message.sequence,
    Buffer.concat([Buffer.from([message.command]), message.data]),
  );

/** `netFn` is the request's (even); the reply goes out with the odd one above it. */
export const encodeResponse = (message: ResponseMessage): Buffer =>
  encodeMessage(
    consoleAddress,
    message.netFn | 1,
    bmcAddress,
    message.sequence,
    Buffer.concat([Buffer.from([message.command, message.completionCode]), message.data]),
  );

interface Frame {
  netFn: number;
  sequence: number;
  command: number;
  rest: Buffer;
}

const decodeFrame = (bytes: Buffer, shortest: number): Decoded<Frame> => {
  if (bytes.length < shortest) return tooShort;
  if (checksum(bytes.subarray(0, 3)) !== 0 || checksum(bytes.subarray(3)) !== 0) return fail('badChecksum');
  return ok({
    netFn: (bytes[1] as number) >> 2,
    sequence: (bytes[4] as number) >> 2,
    command: bytes[5] as number,
    rest: bytes.subarray(6, -1),
  });
};

/** A request as the BMC reads it; responses are `badValue`. */
export const decodeRequest = (bytes: Buffer): Decoded<RequestMessage> => {
  const frame = decodeFrame(bytes, 7);
  if (!frame.ok) return frame;
  const { netFn, sequence, command, rest } = frame.value;
  if (netFn % 2 !== 0) return fail('badValue');
  return ok({ netFn, sequence, command, data: rest });
};

/** A response as the console reads it, with `netFn` given as the request's. */
export const decodeResponse = (bytes: Buffer): Decoded<ResponseMessage> => {
  const frame = decodeFrame(bytes, 8);
  if (!frame.ok) return frame;
  const { netFn, sequence, command, rest } = frame.value;
  if (netFn % 2 === 0) return fail('badValue');
  const completionCode = rest[0] as number;
  return ok({ netFn: netFn & ~1, sequence, command, completionCode, data: rest.subarray(1) });
};
