import { z } from 'zod';
import type { Language } from '../../core/language.ts';
import { type DeliveredEvent, withAlerts } from '../../events/alerts/alerts.ts';
import { typesMatching } from '../../events/glob.ts';
import type { Journal } from '../../events/journal.ts';
import { sinkPrefix } from '../spool/sink.ts';
import { method } from './method.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface EventMethodDeps {
  readonly journal: Pick<Journal, 'read' | 'stats' | 'acknowledge'>;
  readonly subscriptions: Subscriptions;
  /** The language of alerts, as configured now. */
  readonly language: () => Language;
}

/** Keeps a reply well below the line limit, so that a client may have the same limit (bytes of events). */
const maxReplyBytes = 512 * 1024;
const defaultLimit = 100;

const seq = z.int().min(0);
const consumer = z
  .string()
  .regex(/^[\w.:@-]{1,64}$/, 'letters, digits and . _ : @ - only, at most 64')
  .refine(
    (name) => !name.startsWith(sinkPrefix),
    `names that begin with ${sinkPrefix} belong to the gateway`,
  );
const types = z
  .array(
    z
      .string()
      .max(64)
      .refine((glob) => typesMatching([glob]).length > 0, 'matches no event type'),
  )
  .min(1)
  .max(64);

const readParams = z.strictObject({
  after: seq.exactOptional(),
  types: types.exactOptional(),
  server: z.string().max(253).exactOptional(),
  limit: z.int().min(1).max(1_000).exactOptional(),
});

/** As many of the first events as fit a reply, and always one. */
const fitting = (events: readonly DeliveredEvent[]): readonly DeliveredEvent[] => {
  let bytes = 0;
  const cut = events.findIndex((event) => {
    bytes += Buffer.byteLength(JSON.stringify(event));
    return bytes > maxReplyBytes;
  });
  return cut < 0 ? events : events.slice(0, Math.max(1, cut));
};

/**
 * A page of the journal. `last` is the seq to go on after: that of the last event given, or the newest of
 * the journal where nothing more fits the query. The newest is read first, so that no event falls between.
 */
const readEvents = async ({ journal, language }: EventMethodDeps, params: z.output<typeof readParams>) => {
  const limit = params.limit ?? defaultLimit;
  const { lastSeq } = await journal.stats();
  const page = await journal.read({
    limit,
    ...(params.after !== undefined && { after: params.after }),
    ...(params.types && { types: params.types }),
    ...(params.server !== undefined && { server: params.server }),
  });
  const spoken = language();
  const events = fitting(page.map((event) => withAlerts(event, spoken)));
  const lastGiven = events.at(-1)?.seq ?? 0;
  const complete = page.length < limit && events.length === page.length;
  return { events, last: complete ? Math.max(lastGiven, lastSeq) : lastGiven };
};

/** The methods that read and follow the journal. */
export const createEventMethods = (deps: EventMethodDeps) => ({
  'events.read': method(readParams, (params) => readEvents(deps, params)),
  'events.subscribe': method(
    z.strictObject({
      consumer: consumer.exactOptional(),
      after: seq.exactOptional(),
      types: types.exactOptional(),
    }),
    (params, context) => deps.subscriptions.open(params, context),
  ),
  'events.ack': method(z.strictObject({ consumer, seq }), async (params) => {
    await deps.journal.acknowledge(params.consumer, params.seq);
    return {};
  }),
});
