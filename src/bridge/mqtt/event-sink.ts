import { unlessCalledOff } from '../../core/call-off.ts';
import { codeOf, messageOf } from '../../core/errors.ts';
import type { Language } from '../../core/language.ts';
import type { Logger } from '../../core/log.ts';
import { withAlerts } from '../../events/alerts/alerts.ts';
import type { Event } from '../../events/catalogue.ts';
import { typesMatching } from '../../events/glob.ts';
import type { Sent, Sink } from '../spool/sink.ts';
import type { Message } from './connection.ts';
import type { Link } from './link.ts';
import type { Topics } from './topics.ts';

/** The sink that carries events to the broker. */
export const mqttSink = 'mqtt';

export interface EventSinkDeps {
  readonly log: Logger;
  readonly link: Pick<Link, 'connected' | 'publish'>;
  readonly topics: Topics;
  /** Globs of event types. */
  readonly events: readonly string[];
  /** The language of alerts, as configured now. */
  readonly language: () => Language;
  readonly close: () => Promise<void>;
}

/** A send waits so long for a connection; what is longer is told as a failure, and the next one waits at once. */
const connectionLimitMs = 10_000;
const soonMs = 100;
/**
 * Events in one send, of which the connection has fewer under way at a time. At the end of each the broker may hold back
 * its last acknowledgements for the 40 ms of a delayed ACK (Nagle), so many small ones would be slow.
 */
const eventsInSend = 100;

const calledOff = () => new Error('called off');

/** Why an event was not taken; undefined where it was, or never will be. */
type Refusal = { readonly message: string; readonly lost: boolean } | undefined;

/**
 * The events as a sink of the spool: `taken` are those that the broker has acknowledged. They leave in their order and many
 * at a time; the ones after a refused one go out again with it. What the broker will never take is logged and left out.
 */
export const createEventSink = (deps: EventSinkDeps): Sink<Event> => {
  const { log, link, topics, events, language, close } = deps;

  const messageFor = (event: Event): Message => ({
    topic: topics.event(event.type),
    payload: JSON.stringify(withAlerts(event, language())),
    retain: false,
  });
  const publish = async (event: Event): Promise<Refusal> => {
    try {
      await link.publish(messageFor(event));
      return undefined;
    } catch (error) {
      const code = codeOf(error);
      const message = messageOf(error);
      if (code !== 'mqtt.rejected')
        return { message, lost: code !== 'mqtt.notAllowed' && code !== 'mqtt.refused' };
      log.error({ seq: event.seq, event: event.type, code, reason: message }, 'an event is left out');
      return undefined;
    }
  };
  const sentOf = (refusals: readonly Refusal[]): Sent => {
    const first = refusals.findIndex((refusal) => refusal !== undefined);
    const refusal = refusals[first];
    if (!refusal) return { taken: refusals.length };
    const { message: failure, lost } = refusal;
    return { taken: first, failure, ...(lost && { retryAfterMs: soonMs }) };
  };

  return {
    name: mqttSink,
    types: new Set(typesMatching(events)),
    window: eventsInSend,
    pick: (event) => [event],
    async send(items, signal) {
      const fault = await link.connected(connectionLimitMs, signal);
      if (fault) return { taken: 0, failure: fault.message, retryAfterMs: soonMs };
      // What is not known when it is called off goes out again after the next start.
      const refusals = items.map(() => ({ message: calledOff().message, lost: true }) as Refusal);
      const sending = items.map(async (event, index) => {
        refusals[index] = await publish(event);
      });
      await unlessCalledOff(signal, Promise.all(sending), calledOff).catch(() => undefined);
      return sentOf(refusals);
    },
    close,
  };
};
