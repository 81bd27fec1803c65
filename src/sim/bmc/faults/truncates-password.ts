import { defineFault } from './define.ts';
import { flag, flagForm } from './flag.ts';

/** The length of an IPMI 1.5 password, IPMI 2.0 section 22.30. */
const keptBytes = 16;

export const truncatesPassword = defineFault('passwords', {
  describe: `Logins are keyed with the first ${keptBytes} bytes of the password only, as on a BMC that stores no more: one of 20 bytes is refused.`,
  form: flagForm,
  value: flag,
  over: (passwords, short) => (user) => {
    const password = passwords(user);
    return short() ? password.subarray(0, keptBytes) : password;
  },
});
