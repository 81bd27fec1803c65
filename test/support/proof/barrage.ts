import { readFileSync } from 'node:fs';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { MethodResult } from '../../../src/bridge/engine/method-tables.ts';
import type { EngineClient } from '../../../src/cli/engine-client.ts';
import { createRandomStreams, type Random } from '../../../src/sim/random.ts';
import { createSite, type Daemon } from '../daemon.ts';
import { type HostileRelay, startHostileRelay } from './hostile-relay.ts';
import { type RealServer, startRealServer } from './real-server.ts';

/** Hostile datagrams at the real daemon while it stops servers. */

export interface BarrageOptions {
  /** How many must reach a socket of the daemon. */
  readonly datagrams: number;
  readonly seed: number;
}

type Answer = MethodResult<'fence.request'>;

/** One forced stop of the barrage, with the wall times around it. */
export interface Told {
  readonly server: string;
  readonly action: 'off' | 'status' | 'reset';
  readonly askedAtMs: number;
  readonly waitedMs: number;
  readonly answer: Answer;
}

export interface Barrage {
  readonly told: readonly Told[];
  readonly untrue: readonly string[];
  readonly fired: number;
  /** Sessions that the BMCs still held to be open when the daemon had ended. */
  readonly sessionsLeft: number;
  /** Of those fired, what the kernel threw away: the socket's buffer was full, or the session just over. */
  readonly overflowed: number;
  readonly toClosedPorts: number;
  /** Resident memory of the daemon over time, in MiB. */
  readonly rssMib: readonly number[];
  readonly stillRunning: boolean;
}

const names = ['server1', 'server2', 'server3', 'server4'] as const;
const actions = ['off', 'off', 'status', 'off', 'reset', 'off'] as const;
const stopDeadlineMs = 10_000;
/** A burst that a socket's buffer holds, and the pause in which it is read. */
const burst = 48;
const burstPauseMs = 1;
const samples = 100;

const rssMibOf = (pid: number): number => {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
};

/** The kernel's own counts of datagrams that it threw away, of all processes. */
const udpDrops = (): { overflowed: number; toClosedPorts: number } => {
  const [head = '', figures = ''] = readFileSync('/proc/net/snmp', 'utf8').match(/^Udp: .*$/gm) ?? [];
  const at = (name: string) => Number(figures.split(' ')[head.split(' ').indexOf(name)]);
  return { overflowed: at('RcvbufErrors'), toClosedPorts: at('NoPorts') };
};

/** Asks for one thing after the other at one server, until `over`; someone switches it on again each time. */
const keepAsking = async (
  client: EngineClient,
  server: RealServer,
  told: Told[],
  over: () => boolean,
): Promise<void> => {
  for (let round = 0; !over(); round += 1) {
    const action = actions[round % actions.length] ?? 'off';
    server.press('on');
    const askedAtMs = Date.now();
    const startedMs = performance.now();
    const { name } = server;
    const answer = await client.call('fence.request', { server: name, action, deadlineMs: stopDeadlineMs });
    told.push({ server: name, action, askedAtMs, waitedMs: performance.now() - startedMs, answer });
  }
};

/** How many datagrams were thrown away since `before`. */
const lostSince = (before: ReturnType<typeof udpDrops>): number => {
  const now = udpDrops();
  return now.overflowed - before.overflowed + now.toClosedPorts - before.toClosedPorts;
};

/**
 * Fires in bursts, at whichever BMC's client, until so many have arrived; answers how many went out,
 * and what the daemon's memory did meanwhile.
 */
const fireAll = async (
  relays: readonly HostileRelay[],
  daemon: Daemon,
  datagrams: number,
  random: Random,
): Promise<{ fired: number; rssMib: number[] }> => {
  const before = udpDrops();
  const rssMib: number[] = [];
  let fired = 0;
  let lost = 0;
  while (fired - lost < datagrams && daemon.running()) {
    const relay = relays[Math.floor(random() * relays.length)];
    fired += relay?.fire(Math.min(burst, datagrams + lost - fired)) ?? 0;
    if (fired - lost >= Math.min(datagrams, ((rssMib.length + 1) * datagrams) / samples)) {
      rssMib.push(rssMibOf(daemon.pid));
      lost = lostSince(before);
    }
    await turn();
    await pause(burstPauseMs);
  }
  return { fired, rssMib };
};

const slackMs = 2;

/** Why an answer contradicts what really happened, or undefined. */
const untruth = (server: RealServer, { action, askedAtMs, waitedMs, answer }: Told): string | undefined => {
  const { outcome, fenced, proof, reason } = answer;
  const proofMs = proof ? Date.parse(proof.at) + slackMs : Number.NaN;
  const untilMs = askedAtMs + waitedMs;
  if (waitedMs > stopDeadlineMs) return `answered ${Math.round(waitedMs - stopDeadlineMs)} ms late`;
  if (proof && !server.was(proof.power, askedAtMs - slackMs, proofMs)) return `${proof.power} was not true`;
  if (fenced && proof?.power !== 'off') return 'fenced without a proof of off';
  if (action === 'off' && outcome === 'confirmed' && !fenced) return 'confirmed, but not fenced';
  if (outcome !== 'confirmed' && !reason) return `${outcome} for no reason`;
  const wentOff = server.wentOff(askedAtMs + slackMs, untilMs - slackMs);
  return outcome === 'refused' && wentOff ? 'refused, but it went off' : undefined;
};

const startAll = async (random: ReturnType<typeof createRandomStreams>) => {
  const servers = await Promise.all(names.map(startRealServer));
  const relays = await Promise.all(
    servers.map((server) => startHostileRelay(server.bmc, random(server.name))),
  );
  const accesses = servers.map((server, index) => {
    const { host, port } = relays[index] as HostileRelay;
    return [server.name, { host, port, ...server.account }];
  });
  const site = createSite({ servers: Object.fromEntries(accesses), sections: { log: { level: 'info' } } });
  return { servers, relays, site, daemon: await site.start() };
};

const judge = (servers: readonly RealServer[], told: readonly Told[]): string[] => [
  ...told.flatMap((one) => {
    const server = servers.find(({ name }) => name === one.server);
    const why = server && untruth(server, one);
    return why ? [`${one.action} of ${one.server} (${one.answer.job}): ${why}`] : [];
  }),
  ...servers.flatMap(({ name, resets }) => {
    const asked = told.filter(({ server, action }) => server === name && action === 'reset').length;
    return resets() > asked ? [`${name} was reset ${resets()} times, asked ${asked} times`] : [];
  }),
];

/** Stops servers through a hostile network until so many datagrams were fired, and holds the answers against the truth. */
export const runBarrage = async ({ datagrams, seed }: BarrageOptions): Promise<Barrage> => {
  const random = createRandomStreams(seed);
  const { servers, relays, site, daemon } = await startAll(random);
  const told: Told[] = [];
  let over = false;
  const before = udpDrops();
  const clients = await Promise.all(servers.map(() => site.connect()));
  const asking = servers.map((server, index) =>
    keepAsking(clients[index] as EngineClient, server, told, () => over),
  );
  const { fired, rssMib } = await fireAll(relays, daemon, datagrams, random('pace'));
  over = true;
  await Promise.all(asking);
  const after = udpDrops();
  const stillRunning = daemon.running();
  await daemon.stop();
  return {
    told,
    fired,
    rssMib,
    stillRunning,
    overflowed: after.overflowed - before.overflowed,
    toClosedPorts: after.toClosedPorts - before.toClosedPorts,
    sessionsLeft: servers.reduce((sum, { sessions }) => sum + sessions(), 0),
    untrue: judge(servers, told),
  };
};
