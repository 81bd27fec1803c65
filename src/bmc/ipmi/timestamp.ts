/** Section 37: up to here a clock counts from the start of the BMC, since nobody has set it yet. */
const lastSinceStart = 0x20000000;
const neverSet = 0xffffffff;

/** What a timestamp of a BMC says, IPMI 2.0 section 37. */
export type IpmiTime =
  /** ISO 8601 UTC; whole seconds. */
  | { readonly kind: 'utc'; readonly at: string }
  | { readonly kind: 'sinceStart'; readonly seconds: number }
  | { readonly kind: 'unset' };

/** Reads a timestamp, which is in seconds since 1970; it fits the range of dates whatever it is. */
export const ipmiTime = (seconds: number): IpmiTime => {
  if (seconds === neverSet) return { kind: 'unset' };
  if (seconds <= lastSinceStart) return { kind: 'sinceStart', seconds };
  return { kind: 'utc', at: new Date(seconds * 1000).toISOString() };
};
