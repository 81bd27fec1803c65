import { z } from 'zod';
import { chassisControl } from '../../../bmc/ipmi/commands/chassis-control.ts';
import { defineFault } from './define.ts';
import { isOneOf } from './which-command.ts';

export const unansweredControl = defineFault('commands', {
  describe:
    'Chassis Control is never answered: executed, where it is done all the same (once for each packet that asks for it), or ignored.',
  form: 'executed, ignored, or true (executed)',
  value: z.union([z.literal(true).transform(() => 'executed' as const), z.enum(['executed', 'ignored'])]),
  over: (commands, unanswered) => (request, session) => {
    const how = session && isOneOf([chassisControl], request) ? unanswered() : undefined;
    if (how !== 'ignored') {
      const response = commands(request, session);
      if (!how) return response;
    }
    return undefined;
  },
});
