/** Privilege levels of IPMI users and sessions, IPMI 2.0 section 6.8. */
export const privilegeLevels = { callback: 1, user: 2, operator: 3, administrator: 4 } as const;

export type Privilege = keyof typeof privilegeLevels;
