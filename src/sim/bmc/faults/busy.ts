import { z } from 'zod';
import { chassisControl } from '../../../bmc/ipmi/commands/chassis-control.ts';
import { chassisIdentify } from '../../../bmc/ipmi/commands/chassis-identify.ts';
import { closeSession } from '../../../bmc/ipmi/commands/close-session.ts';
import { setSessionPrivilege } from '../../../bmc/ipmi/commands/set-session-privilege.ts';
import { completionCodes } from '../../../bmc/ipmi/completion-codes.ts';
import { defineArmedFault } from './define.ts';
import { type CommandNumbers, isOneOf } from './which-command.ts';

const control = [chassisControl, chassisIdentify];
const aboutSession = [setSessionPrivilege, closeSession];
const times = z.number().int().min(1).max(1_000_000);

const isMeant = (on: 'reads' | 'control' | 'both', request: CommandNumbers): boolean => {
  if (isOneOf(aboutSession, request)) return false;
  return on === 'both' || isOneOf(control, request) === (on === 'control');
};

export const busy = defineArmedFault('commands', {
  describe:
    'Commands in a session are refused with completion code C0h (node busy) and not done, so many times; then all is well. Control means Chassis Control and Chassis Identify; Set Session Privilege and Close Session are never busy.',
  form: 'a number of times, {times, on: reads, control or both}, or true (for ever)',
  value: z.union([
    z.literal(true).transform(() => ({ on: 'both' as const })),
    times.transform((count) => ({ times: count, on: 'both' as const })),
    z.strictObject({ times: times.optional(), on: z.enum(['reads', 'control', 'both']).default('both') }),
  ]),
  arm: (value: { on: 'reads' | 'control' | 'both'; times?: number | undefined }) => ({
    on: value.on,
    left: value.times ?? Number.POSITIVE_INFINITY,
  }),
  over: (commands, armed) => (request, session) => {
    const state = armed();
    if (!session || !state || state.left === 0 || !isMeant(state.on, request))
      return commands(request, session);
    state.left -= 1;
    const { netFn, command, sequence } = request;
    return { netFn, command, sequence, completionCode: completionCodes.busy, data: Buffer.alloc(0) };
  },
});
