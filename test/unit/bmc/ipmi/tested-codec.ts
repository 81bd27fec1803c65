import type fc from 'fast-check';
import type { IpmiCommand } from '../../../../src/bmc/ipmi/command.ts';
import type { Decoded } from '../../../../src/bmc/ipmi/decoded.ts';

/** A codec under test, whatever its values are. */
export interface TestedCodec {
  readonly name: string;
  /** Values that go out and come back, with what came back. */
  readonly roundTrips: fc.Arbitrary<{ readonly value: unknown; readonly decoded: Decoded<unknown> }>;
  /** Bytes that are right. */
  readonly valid: fc.Arbitrary<Buffer>;
  decode(bytes: Buffer): Decoded<unknown>;
}

export const testedCodec = <Value>(
  name: string,
  values: fc.Arbitrary<Value>,
  encode: (value: Value) => Buffer,
  decode: (bytes: Buffer) => Decoded<Value>,
): TestedCodec => ({
  name,
  roundTrips: values.map((value) => ({ value, decoded: decode(encode(value)) })),
  valid: values.map(encode),
  decode,
});

export const testedCommand = <Request, Response>(
  tested: IpmiCommand<Request, Response>,
  requests: fc.Arbitrary<Request>,
  responses: fc.Arbitrary<Response>,
): TestedCodec[] => [
  testedCodec(`${tested.name} request`, requests, tested.encodeRequest, tested.decodeRequest),
  testedCodec(`${tested.name} response`, responses, tested.encodeResponse, tested.decodeResponse),
];
