import type { Clock } from '../core/clock.ts';

const perSecond = 20;
const secondMs = 1000;

/**
 * How many Reports a source is sent: they go to whoever the datagram says it comes from, and that can be forged.
 * Only sources of the configuration are asked about, which bounds the table.
 */
export const createReportLimit = (clock: Pick<Clock, 'nowMs'>): ((address: string) => boolean) => {
  const counts = new Map<string, number>();
  let untilMs = 0;
  return (address) => {
    if (clock.nowMs() >= untilMs) {
      counts.clear();
      untilMs = clock.nowMs() + secondMs;
    }
    const sent = counts.get(address) ?? 0;
    counts.set(address, sent + 1);
    return sent < perSecond;
  };
};
