/** The languages in which people are addressed: alert messages, for now. */
export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];
