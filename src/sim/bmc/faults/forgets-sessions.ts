import { z } from 'zod';
import type { SessionSlot } from '../sessions.ts';
import { defineArmedFault } from './define.ts';

export const forgetsSessions = defineArmedFault('sessions', {
  describe:
    'A session is gone once it has been used for so many commands, as after a restart of the BMC: the next packet of it gets silence, and its slot is free.',
  form: 'a number of commands, or true (0)',
  value: z.union([z.literal(true).transform(() => 0), z.number().int().min(0).max(1_000_000)]),
  arm: (commands) => ({ commands, used: new WeakMap<SessionSlot, number>() }),
  over: (sessions, armed) => ({
    ...sessions,
    find(bmcSessionId) {
      const slot = sessions.find(bmcSessionId);
      const limit = armed();
      if (!slot?.active || !limit || (limit.used.get(slot) ?? 0) < limit.commands) return slot;
      sessions.close(slot, 'forgotten');
      return undefined;
    },
    touch(slot) {
      const used = armed()?.used;
      used?.set(slot, (used.get(slot) ?? 0) + 1);
      sessions.touch(slot);
    },
  }),
});
