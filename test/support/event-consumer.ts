import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Event } from '../../src/events/catalogue.ts';
import { atEnd } from '../interop/rig/endings.ts';

const program = fileURLToPath(new URL('event-consumer.mjs', import.meta.url));

/** What a consumer wrote down, in the order in which it came. */
export type Heard =
  | { readonly from: number }
  | { readonly gap: { readonly from: number; readonly to: number } }
  | { readonly event: Event };

/** A consumer of events in a process of its own. */
export interface EventConsumer {
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
}

/** Starts the consumer `name`, which adds what it hears to `file`. It is ended with the test file at the latest. */
export const startConsumer = (socket: string, name: string, file: string): EventConsumer => {
  const child: ChildProcess = spawn(process.execPath, [program, socket, name, file], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
    over();
  };
  const over = atEnd({ stop: kill, kill: () => void child.kill('SIGKILL') });
  return { kill };
};

/** Everything in the file of a consumer; a line that a kill cut off is not there. */
export const heardIn = (file: string): Heard[] => {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Heard);
};

/**
 * What breaks *at least once, in order*: a subscription that begins after an event that was never heard, or an event
 * that does not follow the one before.
 */
export const deliveryFaults = (heard: readonly Heard[]): string[] => {
  const faults: string[] = [];
  let newest = 0;
  let next = 1;
  const expectSeq = (seq: number, what: string) => {
    if (seq !== next) faults.push(`${what} ${seq} in place of ${next}`);
  };
  for (const one of heard) {
    if ('from' in one) {
      if (one.from > newest + 1) faults.push(`a subscription from ${one.from} after ${newest}`);
      next = one.from;
    } else if ('gap' in one) {
      expectSeq(one.gap.from, 'a gap from');
      next = one.gap.to + 1;
    } else {
      expectSeq(one.event.seq, 'event');
      next = one.event.seq + 1;
    }
    newest = Math.max(newest, next - 1);
  }
  return faults;
};
