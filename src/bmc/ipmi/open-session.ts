import { fail, ok } from '../../core/result.ts';
import { type CipherSuite, confidentialityNumber } from './cipher-suites.ts';
import { type Decoded, tooShort } from './decoded.ts';

/** Algorithm numbers as Open Session carries them, IPMI 2.0 tables 13-17 to 13-19. */
export interface AlgorithmNumbers {
  readonly authentication: number;
  readonly integrity: number;
  readonly confidentiality: number;
}

/** RMCP+ Open Session Request, IPMI 2.0 section 13.17. `privilege` 0 asks for the highest that fits. */
export interface OpenSessionRequest {
  readonly tag: number;
  readonly privilege: number;
  readonly consoleSessionId: number;
  readonly algorithms: AlgorithmNumbers;
}

/** RMCP+ Open Session Response, IPMI 2.0 section 13.18; without `accepted` where the status is an error. */
export interface OpenSessionResponse {
  readonly tag: number;
  readonly status: number;
  readonly privilege: number;
  readonly consoleSessionId: number;
  readonly accepted?: { readonly bmcSessionId: number; readonly algorithms: AlgorithmNumbers };
}

const payloadLength = 8;
const algorithmOffset = 4;

export const suiteAlgorithms = (suite: CipherSuite): AlgorithmNumbers => ({
  authentication: suite.authentication.number,
  integrity: suite.integrity.number,
  confidentiality: confidentialityNumber(suite),
});

const encodeAlgorithms = (algorithms: AlgorithmNumbers): Buffer =>
  Buffer.concat(
    [algorithms.authentication, algorithms.integrity, algorithms.confidentiality].map((number, type) =>
      Buffer.from([type, 0, 0, payloadLength, number, 0, 0, 0]),
    ),
  );

/** A payload length of 0 asks for any algorithm; this codec knows only explicit choices. */
const decodeAlgorithms = (bytes: Buffer): Decoded<AlgorithmNumbers> => {
  if (bytes.length < 3 * payloadLength) return tooShort;
  for (const type of [0, 1, 2]) {
    if (bytes[type * payloadLength] !== type) return fail('badValue');
  }
  return ok({
    authentication: (bytes[algorithmOffset] as number) & 0x3f,
    integrity: (bytes[payloadLength + algorithmOffset] as number) & 0x3f,
    confidentiality: (bytes[2 * payloadLength + algorithmOffset] as number) & 0x3f,
  });
};

export const encodeOpenSessionRequest = (request: OpenSessionRequest): Buffer => {
  const head = Buffer.alloc(8);
  head[0] = request.tag;
  head[1] = request.privilege;
  head.writeUInt32LE(request.consoleSessionId, 4);
  return Buffer.concat([head, encodeAlgorithms(request.algorithms)]);
};

export const decodeOpenSessionRequest = (bytes: Buffer): Decoded<OpenSessionRequest> => {
  if (bytes.length < 8) return tooShort;
  const algorithms = decodeAlgorithms(bytes.subarray(8));
  if (!algorithms.ok) return algorithms;
  return ok({
    tag: bytes[0] as number,
    privilege: (bytes[1] as number) & 0x0f,
    consoleSessionId: bytes.readUInt32LE(4),
    algorithms: algorithms.value,
  });
};

export const encodeOpenSessionResponse = (response: OpenSessionResponse): Buffer => {
  const head = Buffer.alloc(8);
  head[0] = response.tag;
  head[1] = response.status;
  head[2] = response.privilege;
  head.writeUInt32LE(response.consoleSessionId, 4);
  if (!response.accepted) return head;
  const id = Buffer.alloc(4);
  id.writeUInt32LE(response.accepted.bmcSessionId);
  return Buffer.concat([head, id, encodeAlgorithms(response.accepted.algorithms)]);
};

export const decodeOpenSessionResponse = (bytes: Buffer): Decoded<OpenSessionResponse> => {
  if (bytes.length < 2) return tooShort;
  const tag = bytes[0] as number;
  const status = bytes[1] as number;
  const privilege = bytes.length > 2 ? (bytes[2] as number) & 0x0f : 0;
  const consoleSessionId = bytes.length >= 8 ? bytes.readUInt32LE(4) : 0;
  const head = { tag, status, privilege, consoleSessionId };
  if (status !== 0) return ok(head);
  if (bytes.length < 12) return tooShort;
  const algorithms = decodeAlgorithms(bytes.subarray(12));
  if (!algorithms.ok) return algorithms;
  return ok({ ...head, accepted: { bmcSessionId: bytes.readUInt32LE(8), algorithms: algorithms.value } });
};
