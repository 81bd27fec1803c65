import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Event } from './catalogue.ts';

export type Listener = (event: Event) => void;

/** Hands every recorded event to every listener, in journal order. */
export interface Bus {
  publish(event: Event): void;
  /** Returns the call that ends the subscription. */
  subscribe(listener: Listener): () => void;
}

/** A bus on which one failing listener costs the others nothing. */
export const createBus = (log: Logger): Bus => {
  const listeners = new Set<Listener>();
  return {
    publish(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          log.error(
            { event: event.type, seq: event.seq, error: messageOf(error) },
            'an event listener failed',
          );
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};
