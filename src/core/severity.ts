/** How much an event matters to the one who is woken by it. */
export const severities = ['info', 'notice', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** The product's classes of hardware traps (EXPRESSCLUSTER alerts mm/913 to mm/917). */
export const trapClasses = [
  'fatal',
  'recoverableDegraded',
  'recoverablePredictive',
  'recoverableBoth',
] as const;
export type TrapClass = (typeof trapClasses)[number];
