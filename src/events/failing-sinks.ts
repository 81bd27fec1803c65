import { z } from 'zod';
import type { Event } from './catalogue.ts';

/** Since when (ISO 8601 UTC) sinks fail, by name. */
export const failingSinksSchema = z.record(z.string(), z.string()).readonly();
export type FailingSinks = z.infer<typeof failingSinksSchema>;

/** The sinks that fail after one more event; the same object where that changed nothing. */
export const failingSinksAfter = (
  failing: FailingSinks | undefined,
  event: Event,
): FailingSinks | undefined => {
  if (event.type === 'sink.failing') return { ...failing, [event.data.sink]: event.at };
  if ((event.type !== 'sink.recovered' && event.type !== 'sink.removed') || !failing) return failing;
  const { [event.data.sink]: _over, ...others } = failing;
  return others;
};
