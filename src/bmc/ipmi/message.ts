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

/** The byte that makes the bytes from `from` up to `to` sum up to 0. */
const checksumOf = (bytes: Buffer, from: number, to: number): number => {
  let sum = 0;
  for (let index = from; index < to; index += 1) sum += bytes[index] as number;
  return -sum & 0xff;
};

/** `head` is what stands between the addresses and the data: the command, and a completion code in a response. */
const encodeMessage = (
  addresses: { readonly to: number; readonly from: number },
  { netFn, sequence, data }: RequestMessage,
  head: readonly number[],
): Buffer => {
  const dataOffset = 5 + head.length;
  const bytes = Buffer.allocUnsafe(dataOffset + data.length + 1);
  bytes[0] = addresses.to;
  bytes[1] = netFn << 2;
  bytes[2] = checksumOf(bytes, 0, 2);
  bytes[3] = addresses.from;
  bytes[4] = sequence << 2;
  bytes.set(head, 5);
  data.copy(bytes, dataOffset);
  bytes[bytes.length - 1] = checksumOf(bytes, 3, bytes.length - 1);
  return bytes;
};

const toBmc = { to: bmcAddress, from: consoleAddress };
const toConsole = { to: consoleAddress, from: bmcAddress };

export const encodeRequest = (message: RequestMessage): Buffer =>
  encodeMessage(toBmc, message, [message.command]);

/** `netFn` is the request's (even); the reply goes out with the odd one above it. */
export const encodeResponse = (message: ResponseMessage): Buffer =>
  encodeMessage(toConsole, { ...message, netFn: message.netFn | 1 }, [
    message.command,
    message.completionCode,
  ]);

interface Frame {
  netFn: number;
  sequence: number;
  command: number;
  rest: Buffer;
}

const decodeFrame = (bytes: Buffer, shortest: number): Decoded<Frame> => {
  if (bytes.length < shortest) return tooShort;
  if (checksumOf(bytes, 0, 3) !== 0 || checksumOf(bytes, 3, bytes.length) !== 0) return fail('badChecksum');
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
