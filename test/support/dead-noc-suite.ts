import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { atEnd } from '../interop/rig/endings.ts';
import { until } from './bounded.ts';
import { createSite, type Daemon, type Site } from './daemon.ts';
import { flood, residentMiB } from './monitor-flood.ts';

export interface DeadNoc {
  /** Monitor events while the receivers are dead; an even number. */
  readonly events: number;
  /** What the daemon's memory may grow by, from a tenth of the events to their end. */
  readonly mostGrowthMiB: number;
  readonly onEnd?: (figures: Readonly<Record<string, string | number>>) => void;
}

const host = '127.0.0.1';
const limitMs = 180_000;

interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** A TCP server that hands what it hears to `take`, and never says a word. */
const startListener = async (take: (bytes: Buffer) => void): Promise<Listener> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', take);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const over = atEnd({ stop: close, kill: () => undefined });
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async close() {
      over();
      await close();
    },
  };
};

interface Told {
  readonly type: string;
  readonly key: string;
  readonly state: string;
  readonly seq: number;
}

/** Reads the messages of a syslog stream as it comes. */
const createReader = () => {
  const told: Told[] = [];
  let rest = '';
  const pattern = /(\S+) \[noroshi@32473 key="([^"]*)" state="([^"]*)".*? seq="(\d+)"/g;
  return {
    told,
    take(bytes: Buffer): void {
      rest += bytes.toString('latin1');
      let read = 0;
      for (const match of rest.matchAll(pattern)) {
        const [whole, type = '', key = '', state = '', seq = ''] = match;
        told.push({ type, key, state, seq: Number(seq) });
        read = match.index + whole.length;
      }
      rest = rest.slice(read);
    },
  };
};

/** A UDP port where everything comes and nothing is answered. */
const startSilentPort = async (): Promise<number> => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  atEnd({
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
    kill: () => undefined,
  });
  return socket.address().port;
};

type Health = Record<string, { readonly state: string; readonly sent: number; readonly lost: number }>;

/** Describes a daemon of whose four receivers three are dead, each in its own way. */
export const describeDeadNoc = ({ events, mostGrowthMiB, onEnd }: DeadNoc) =>
  describe(`a NOC of which but one receiver is dead, through ${events} events`, () => {
    let site: Site;
    let daemon: Daemon;
    let client: EngineClient;
    const reader = createReader();
    const memory = { early: 0, late: 0 };
    let wellMs = 0;
    const dead = ['refusing', 'silent', 'hanging'] as const;

    const siteWith = (sinks: Record<string, unknown>) => ({
      servers: { server1: undefined },
      sections: { noc: { sinks } },
    });
    const sinks = async (): Promise<Health> =>
      ((await client.call('health', {})) as unknown as { noc: { sinks: Health } }).noc.sinks;
    const monitorSeqs = () =>
      reader.told.filter(({ type }) => type.startsWith('monitor.')).map(({ seq }) => seq);
    let well: Listener;

    beforeAll(async () => {
      well = await startListener(reader.take);
      const hanging = await startListener(() => undefined);
      const refusing = await startListener(() => undefined);
      await refusing.close();
      const mail = { type: 'mail', host, security: 'none', from: 'a@example.com', to: ['b@example.com'] };
      const log = { type: 'syslog', host, transport: 'tcp' };
      const silentPort = await startSilentPort();
      site = createSite(
        siteWith({
          well: { ...log, port: well.port },
          refusing: { ...log, port: refusing.port },
          silent: { type: 'snmp', host, port: silentPort, version: 'v2c', communityEnv: 'NOC_COMMUNITY' },
          hanging: { ...mail, port: hanging.port },
        }),
      );
      daemon = await site.start({ env: { NOC_COMMUNITY: 'public' } });
      client = await site.connect();
      await flood(client, events, () => {
        memory.early ||= residentMiB(daemon);
      });
      const startedMs = performance.now();
      // A raise and a clear each, at least: what is told again comes on top.
      await until(() => monitorSeqs().length >= events, limitMs, 'the one that is well to have them all');
      wellMs = performance.now() - startedMs;
      memory.late = residentMiB(daemon);
    }, limitMs * 2);
    afterAll(async () => {
      await client.close();
      await daemon.stop();
      onEnd?.({
        'monitor events': events,
        'MiB at a tenth': Math.round(memory.early),
        'MiB at the end': Math.round(memory.late),
        'ms until the last was told': Math.round(wellMs),
      });
    });

    test('keeps nobody waiting who is well: all of it, in order', async () => {
      const seqs = [...new Set(monitorSeqs())];
      expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
      const { events: last } = await client.call('events.read', {
        after: (seqs.at(-1) ?? 0) - 100,
        types: ['monitor.*'],
        limit: 1_000,
      });
      expect(seqs.slice(-last.length)).toEqual(last.map(({ seq }) => seq));
    });

    test('is told, of each that is dead, at the one that is well', { timeout: limitMs }, async () => {
      const raised = (sink: string) =>
        reader.told.some(({ key, state }) => key === `gateway/sink-${sink}` && state === 'raise');
      await until(() => dead.every(raised), 120_000, 'the trouble of each');
      for (const sink of dead)
        expect((await sinks())[sink]).toMatchObject({ state: 'failing', sent: 0, lost: 0 });
      expect((await sinks()).well).toMatchObject({ state: 'ok', lost: 0 });
    });

    test('costs the daemon no memory', () => {
      expect(memory.early).toBeGreaterThan(0);
      expect(memory.late - memory.early).toBeLessThan(mostGrowthMiB);
    });

    test('is no trouble any more when it is taken out', { timeout: limitMs }, async () => {
      site.configure(siteWith({ well: { type: 'syslog', host, port: well.port, transport: 'tcp' } }));
      daemon.signal('SIGHUP');
      const cleared = (sink: string) =>
        reader.told.some(
          ({ type, key, state }) =>
            type === 'sink.removed' && key === `gateway/sink-${sink}` && state === 'clear',
        );
      await until(() => dead.every(cleared), 60_000, 'the end of each');
    });
  });
