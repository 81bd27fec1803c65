/** Debian keeps some of the tools where a service does not look by itself. */
const systemFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** PATH for the programs of others: our own, and behind it the folders of the system. */
export const searchPath = (): string => [process.env.PATH, ...systemFolders].filter(Boolean).join(':');
