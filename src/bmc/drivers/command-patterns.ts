import { z } from 'zod';
import { type ErrorCode, errorCatalogue } from '../../core/errors.ts';

const longestPattern = 500;

const compiles = (source: string): boolean => {
  try {
    new RegExp(source, 'im');
    return true;
  } catch {
    return false;
  }
};

/** A regular expression on the output of a tool; letters of either case, `^` and `$` at every line. */
export const pattern = (describe: string) =>
  z
    .string()
    .min(1)
    .max(longestPattern)
    .refine(compiles, 'must be a regular expression')
    .meta({ expects: 'a regular expression' })
    .describe(describe);

/** The pattern, compiled; it was tried when the configuration was read. */
export const compilePattern = (source: string): RegExp => new RegExp(source, 'im');

const bmcCodes = Object.keys(errorCatalogue).filter((code) => code.startsWith('bmc.')) as [
  ErrorCode,
  ...ErrorCode[],
];

/** What the output of a failed command says, the first match counts. */
export const failurePatterns = z
  .array(
    z.strictObject({
      match: pattern('In the output of a command that failed.'),
      code: z.enum(bmcCodes).describe('Error code that it means.'),
      proves: z
        .enum(['notSent', 'rejected'])
        .exactOptional()
        .describe(
          'What it proves of a control command: it never left (the login failed), or the BMC said no. Where it proves neither, the command may have been carried out.',
        ),
    }),
  )
  .max(100)
  .default([])
  .describe(
    'What the output of a failed command means, the first match counts. Where none matches, a control command counts as unanswered.',
  );
