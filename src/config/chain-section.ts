import { z } from 'zod';
import { address, path } from './fields.ts';

/** Whole seconds that a step of a chain may take. */
const seconds = z.int().min(1).max(3600);

/** Used where a `kdumpWait` does not say: a crash kernel needs about that long to boot. */
export const defaultFirstMessageSeconds = 30;
/** Used where a `kdumpWait` does not say: two pauses of fence_kdump_send (10 s), and one message late. */
export const defaultQuietSeconds = 25;

/** One way to stop a server; which keys go together is checked by checkChains. */
const method = z.strictObject({
  method: z
    .enum(['bmc', 'script', 'nmiWait', 'kdumpWait'])
    .describe(
      '`bmc`: power off through the BMC. `script`: a program of the site, told by the environment: CLP_SERVER_DOWN, CLP_SERVER_LOCAL, CLP_FORCESTOP_MODE=1. `nmiWait`: an NMI, and time for the dump. `kdumpWait`: the same, for as long as the crash kernel sends fence_kdump messages. The last two prove nothing, so a method that does must follow them.',
    ),
  limitSeconds: seconds
    .exactOptional()
    .describe(
      'Seconds before the next method has its turn; a script is killed then, with all that it started. The limits must fit into the deadline of the server; only a `bmc` at the end may go without one. Where a request asks for a shorter deadline, `nmiWait` and `kdumpWait` are cut, or left out, so that every `bmc` and `script` behind them keeps its own time.',
    ),
  file: path
    .exactOptional()
    .describe('The script: an absolute path. It is run without a shell and without arguments.'),
  scriptVerifiesOff: z
    .boolean()
    .default(false)
    .describe(
      'Whether exit code 0 of the script means that it has verified that the server is off. If not, the power is read by the BMC.',
    ),
  supportsCheck: z
    .boolean()
    .default(false)
    .describe(
      'Whether the script may be run with CLP_FORCESTOP_MODE=0, to say by exit code 0 that a stop would work. **A script that does not know this variable would really stop the server.**',
    ),
  from: z
    .array(address)
    .min(1)
    .max(16)
    .exactOptional()
    .describe(
      'Addresses from which the crash kernel of this server sends its messages (`kdumpWait` only). They are not authenticated: whoever forges them can make a forced stop wait for `limitSeconds`, and no more.',
    ),
  sendNmi: z
    .boolean()
    .exactOptional()
    .describe(
      'Whether `kdumpWait` makes the kernel crash, by one NMI through the BMC (yes, unless said otherwise); not where messages come already.',
    ),
  firstMessageSeconds: seconds
    .exactOptional()
    .describe(
      `Seconds until the first message, counted from the NMI; without one \`kdumpWait\` is over (${defaultFirstMessageSeconds}, unless said otherwise).`,
    ),
  quietSeconds: seconds
    .exactOptional()
    .describe(
      `Seconds without a message after which the dump counts as over (${defaultQuietSeconds}, unless said otherwise); more than the sender pauses, which is 10 s by default.`,
    ),
});

/** The `chain` of a server. */
export const chain = z
  .array(method)
  .min(1)
  .max(8)
  .exactOptional()
  .describe(
    'The ways to stop the server by force, in their order; the first proof ends the chain. Without it: its BMC alone.',
  );

export type MethodSection = z.output<typeof method>;
