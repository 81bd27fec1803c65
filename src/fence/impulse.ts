import { type Procedure, readPatiently, sendOnce } from './procedure.ts';

/**
 * Reset and NMI: sent once to a server that is on. An accepted one is still *unknown*, since the
 * power reads the same before and after.
 */
export const impulse =
  (command: 'reset' | 'nmi'): Procedure =>
  async (context) => {
    const { job } = context;
    const outcome = await readPatiently(context);
    if ('ending' in outcome) return outcome.ending;
    const { proof } = outcome.value;
    if (proof.power === 'off') {
      const message = `${job.server} is off, so the ${command} was not sent`;
      return { kind: 'refused', reason: { code: 'bmc.state', message }, proof };
    }
    const sent = await sendOnce(context, command);
    if ('ending' in sent) return sent.ending;
    if (sent.reply.kind !== 'accepted') {
      const { code, message } = sent.reply.reason;
      const told = `the ${command} of ${job.server} was sent, and may have been done: ${message}`;
      return { kind: 'unproved', reason: { code, message: told } };
    }
    const message = `the BMC of ${job.server} accepted the ${command}; its effect cannot be read back`;
    return { kind: 'unproved', reason: { code: 'fence.notProvable', message } };
  };
