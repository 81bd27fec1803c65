import { fail, type Result } from '../../core/result.ts';

/** Why bytes were not what they should be. Decoders answer with one of these and never throw. */
export type DecodeFailure =
  | 'tooShort'
  | 'badHeader'
  | 'badLength'
  | 'badChecksum'
  | 'badValue'
  | 'badPadding'
  | 'unsupported';

export type Decoded<Value> = Result<Value, DecodeFailure>;

export const tooShort = fail('tooShort' as const);
export const badValue = fail('badValue' as const);
