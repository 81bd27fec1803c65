import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';

export const sessionFull = defineFault('sessions', {
  describe:
    'Open Session is refused with status 01h, as if others had every slot, and Get Session Info says so too. Sessions that are open stay.',
  form: flagForm,
  value: flag,
  over: (sessions, full) => ({
    ...sessions,
    open: (request) => (full() ? undefined : sessions.open(request)),
    usage() {
      const { possible, active } = sessions.usage();
      return { possible, active: full() ? possible : active };
    },
  }),
});
