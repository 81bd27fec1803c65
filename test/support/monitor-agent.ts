import type { EngineClient } from '../../src/cli/engine-client.ts';
import { CodedError } from '../../src/core/errors.ts';
import type { MonitorRow } from '../../src/monitor/row.ts';

/** What an agent was answered, and what it still waits for, of one monitor. */
export interface Promised {
  /** The last state that was answered. */
  state: 'normal' | 'error';
  /** A request that was sent, and whose answer never came: it may have been done or not. */
  asking: 'normal' | 'error' | undefined;
}

/** Agents that raise and clear monitors, and remember what they were told over all lives of the daemon. */
export interface Agents {
  readonly promised: ReadonlyMap<string, Promised>;
  /** The messages of raises that were answered as the first of an error. */
  readonly raised: string[];
  readonly cleared: { count: number };
  /** Raises and clears without a pause until the daemon is gone. */
  work(client: EngineClient, keyword: string): Promise<void>;
  /** What a daemon lists otherwise than it was promised. */
  lies(rows: readonly MonitorRow[]): string[];
}

const isGone = (error: unknown): boolean =>
  error instanceof CodedError && ['socket.unreachable', 'fence.stopping'].includes(error.code);

export const createAgents = (): Agents => {
  const promised = new Map<string, Promised>();
  const raised: string[] = [];
  const cleared = { count: 0 };
  let sent = 0;

  const step = async (client: EngineClient, keyword: string, entry: Promised): Promise<void> => {
    sent += 1;
    const clear = entry.state === 'error';
    const message = `number ${sent}`;
    entry.asking = clear ? 'normal' : 'error';
    const row = await client.call('monitor.notify', {
      ...{ category: 'TEST', keyword, server: 'server1', requester: 'agent' },
      ...(clear ? { clear } : { message }),
    });
    if (row.state !== entry.asking) throw new Error(`asked for ${entry.asking}, and got ${row.state}`);
    entry.state = row.state;
    entry.asking = undefined;
    if (clear) cleared.count += 1;
    else if (row.count === 1) raised.push(message);
  };

  return {
    promised,
    raised,
    cleared,
    async work(client, keyword) {
      const entry = promised.get(keyword) ?? { state: 'normal', asking: undefined };
      promised.set(keyword, entry);
      try {
        for (;;) await step(client, keyword, entry);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
    lies: (rows) =>
      [...promised].flatMap(([keyword, { state, asking }]) => {
        const found =
          rows.find((row) => row.category === 'TEST' && row.keyword === keyword)?.state ?? 'normal';
        return found === state || found === asking
          ? []
          : [`${keyword} is ${found}; answered was ${state}, asked for ${asking}`];
      }),
  };
};
