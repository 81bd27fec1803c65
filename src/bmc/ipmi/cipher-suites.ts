/** Algorithms of a cipher suite, IPMI 2.0 section 13.28 and tables 13-17 to 13-19, table 22-20. */
export interface CipherSuite {
  readonly id: number;
  readonly authentication: Algorithm;
  readonly integrity: Algorithm;
  readonly confidentiality: 'none' | 'aes-cbc-128';
}

export type Hash = 'sha1' | 'sha256';

/** A keyed-hash algorithm: its number on the wire, its hash, and how many bytes of the result are sent. */
export interface Algorithm {
  readonly number: number;
  readonly hash: Hash | undefined;
  /** Bytes of the RAKP 4 check value for an authentication algorithm, of the packet code for an integrity one. */
  readonly codeLength: number;
}

const none: Algorithm = { number: 0, hash: undefined, codeLength: 0 };
const rakpHmacSha1: Algorithm = { number: 1, hash: 'sha1', codeLength: 12 };
const rakpHmacSha256: Algorithm = { number: 3, hash: 'sha256', codeLength: 16 };
const hmacSha1And96: Algorithm = { number: 1, hash: 'sha1', codeLength: 12 };
const hmacSha256And128: Algorithm = { number: 4, hash: 'sha256', codeLength: 16 };

/**
 * The suites this client speaks. 17 and 3 authenticate, check and encrypt everything. 0 does none
 * of it: anyone who knows a user name can give orders.
 */
export const cipherSuites: ReadonlyMap<number, CipherSuite> = new Map([
  [
    17,
    { id: 17, authentication: rakpHmacSha256, integrity: hmacSha256And128, confidentiality: 'aes-cbc-128' },
  ],
  [3, { id: 3, authentication: rakpHmacSha1, integrity: hmacSha1And96, confidentiality: 'aes-cbc-128' }],
  [0, { id: 0, authentication: none, integrity: none, confidentiality: 'none' }],
]);

/** The wire number of a confidentiality algorithm, table 13-19. */
export const confidentialityNumber = (suite: CipherSuite): number =>
  suite.confidentiality === 'aes-cbc-128' ? 1 : 0;
