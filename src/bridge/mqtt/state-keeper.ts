import { type Clock, isoNow, type Timer } from '../../core/clock.ts';
import { codeOf, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { inParallel } from '../../core/parallel.ts';
import type { Message } from './connection.ts';

export interface StateKeeperDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The things that have a state now. */
  readonly names: () => readonly string[];
  /** The state of one of them now, without the time; undefined where it is gone meanwhile. */
  readonly stateOf: (name: string) => object | undefined;
  readonly topicOf: (name: string) => string;
  readonly publish: (message: Message) => Promise<void>;
}

/**
 * Keeps retained topics equal to the states they stand for. However often a state changes, the broker gets the latest
 * one: nothing is queued, and in memory there is one text for each name.
 */
export interface StateKeeper {
  /** A new connection stands: the broker may have lost all it retained, so everything is published. */
  renew(): void;
  /** This one may have changed; without a name, all of them. */
  touch(name?: string): void;
  stop(): void;
}

/** Changes within this time go out as one. */
const coalesceMs = 100;
/** A verdict changes with the age of what it rests on, though nothing happens. */
const lookEveryMs = 10_000;
/** States on their way at a time: the events of the same connection want room, too. */
const width = 8;

/** The text that clears a retained topic. */
const cleared = '';

export const createStateKeeper = (deps: StateKeeperDeps): StateKeeper => {
  const { clock, log, names, stateOf, topicOf, publish } = deps;
  /** By name, what was published last in this connection. */
  const published = new Map<string, string>();
  /** Every name that this process ever published, so that its topic can be cleared. */
  const everPublished = new Set<string>();
  const touched = new Set<string>();
  let soon: Timer | undefined;
  let pumping = false;
  let stopped = false;

  const refused = (name: string, error: unknown): boolean => {
    const code = codeOf(error);
    if (code !== 'mqtt.notAllowed' && code !== 'mqtt.rejected') return false;
    log.warn({ name, code, reason: messageOf(error) }, 'the MQTT broker does not take a state');
    return true;
  };
  const publishOne = async (name: string): Promise<void> => {
    const state = stateOf(name);
    if (!state && !everPublished.has(name)) return;
    const text = state ? JSON.stringify(state) : cleared;
    if (published.get(name) === text) return;
    const payload = state ? JSON.stringify({ ...state, at: isoNow(clock) }) : cleared;
    everPublished.add(name);
    try {
      await publish({ topic: topicOf(name), payload, retain: true });
    } catch (error) {
      // A connection that ended takes everything anew when the next one stands.
      if (!refused(name, error)) return;
    }
    published.set(name, text);
    if (state) return;
    everPublished.delete(name);
    published.delete(name);
  };
  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    while (touched.size > 0 && !stopped) {
      const batch = [...touched];
      touched.clear();
      await inParallel(batch, width, publishOne);
    }
    pumping = false;
  };
  const arm = (): void => {
    soon ??= clock.after(coalesceMs, () => {
      soon = undefined;
      void pump();
    });
  };
  const touch = (name?: string): void => {
    const all = name === undefined ? [...names(), ...everPublished] : [name];
    for (const one of all) touched.add(one);
    arm();
  };
  let regularly: Timer | undefined;
  const look = (): void => {
    touch();
    regularly = clock.after(lookEveryMs, look);
  };
  look();

  return {
    renew() {
      published.clear();
      touch();
    },
    touch,
    stop() {
      stopped = true;
      soon?.cancel();
      regularly?.cancel();
    },
  };
};
