import { userInfo } from 'node:os';

/** Who sits at the terminal, for the journal: behind sudo, who called it. It names them, it does not prove it. */
export const person = (): string => {
  const caller = process.env.SUDO_USER;
  if (caller) return caller;
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};
