import { readFileSync } from 'node:fs';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import type { Daemon } from './daemon.ts';

/** Raises and clears of one connection, so many at a time. */
export const flood = async (client: EngineClient, events: number, onTenth: () => void): Promise<void> => {
  const workers = 50;
  let left = events;
  const work = async (worker: number) => {
    for (; left > 0; ) {
      left -= 2;
      if (left <= events * 0.9) onTenth();
      const name = { category: 'TEST', keyword: `k${worker}` };
      await client.call('monitor.notify', { ...name, message: `${left} ${'x'.repeat(80)}` });
      await client.call('monitor.notify', { ...name, clear: true });
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
};

/** Resident memory of a daemon. */
export const residentMiB = ({ pid }: Daemon): number => {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
};
