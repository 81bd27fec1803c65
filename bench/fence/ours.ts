import { readFileSync } from 'node:fs';
import { createNativeBmc } from '../../src/bmc/drivers/native.ts';
import { nativeOptions } from '../../src/bmc/drivers/native-options.ts';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import { silentLogger } from '../../src/core/log.ts';
import type { BmcPort } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import { bmcOnly } from '../../src/fence/methods.ts';
import { createFenceService } from '../../src/fence/service.ts';
import { defaultFenceSettings } from '../../src/fence/settings.ts';
import { timed } from './peers.ts';
import { password, type Target, user } from './rig.ts';

/** By then the sessions of a round are closed, which is work of that round too. */
const goodbyesMs = 600;

const pause = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

/** What one round of forced stops took. */
export interface Round {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Datagrams received on this machine meanwhile, both directions, per stop. */
  readonly packets: number;
}

/** Our own forced stops in this process, as the daemon runs them, without the journal's disk. */
export interface Ours {
  stopAll(): Promise<Round>;
  startAll(): Promise<void>;
  close(): Promise<void>;
}

const datagramsReceived = (): number => {
  const lines = readFileSync('/proc/net/snmp', 'utf8').split('\n');
  return Number(lines.filter((line) => line.startsWith('Udp:'))[1]?.split(' ')[1]);
};

const bmcFor = ({ host, port }: Target, warm: boolean): BmcPort =>
  createNativeBmc(nativeOptions.parse({ host, port, user, cipherSuites: [3], warmSession: warm }), {
    clock: systemClock,
    password: new Secret(password),
    kg: undefined,
  });

/** Logs in once, so that what a running daemon knows of its BMCs is known. */
const meet = async (bmc: BmcPort): Promise<void> => {
  const limits = { deadline: deadlineIn(systemClock, 10_000), priority: 'operator' } as const;
  const session = await bmc.open(limits);
  await session.close();
};

/**
 * The peers' stopwatch keeps the processors busy before it starts; ours must find them in the same state, not
 * asleep after a pause.
 */
const wake = (): Promise<unknown> => timed(['true']);

export const startOurs = async (targets: readonly Target[], warm: boolean): Promise<Ours> => {
  const bmcs = new Map(targets.map((target) => [target.host, bmcFor(target, warm)]));
  await Promise.all([...bmcs.values()].map(meet));
  let events = 0;
  let jobs = 0;
  const fence = createFenceService({
    clock: systemClock,
    log: silentLogger,
    settings: () => defaultFenceSettings,
    self: undefined,
    knows: (server) => bmcs.has(server),
    bmcOf: (server) => bmcs.get(server),
    chainOf: () => bmcOnly,
    identities: { pinned: () => undefined, ownerOf: () => undefined, checked: () => true },
    provedOff: () => undefined,
    record: async (event) => {
      events += 1;
      return Object.assign(event, { seq: events, at: '', severity: 'info' as const });
    },
    newJobId: () => {
      jobs += 1;
      return `job${jobs}`;
    },
  });
  const all = async (action: 'off' | 'on') => {
    const asked = [...bmcs.keys()].map((server) => fence.request({ server, action, requester: 'bench' }));
    const reports = await Promise.all(asked);
    const failed = reports.find(({ outcome }) => outcome !== 'confirmed');
    if (failed) throw new Error(`${failed.server}: ${action} ${failed.outcome}: ${failed.reason?.message}`);
  };
  return {
    async stopAll() {
      await wake();
      const packetsBefore = datagramsReceived();
      const cpuBefore = process.cpuUsage();
      const startedMs = performance.now();
      await all('off');
      const wallMs = performance.now() - startedMs;
      await pause(goodbyesMs);
      const cpu = process.cpuUsage(cpuBefore);
      return {
        wallMs,
        cpuMs: (cpu.user + cpu.system) / 1000,
        packets: (datagramsReceived() - packetsBefore) / targets.length,
      };
    },
    async startAll() {
      await all('on');
      await pause(goodbyesMs);
    },
    async close() {
      await fence.stop();
      await Promise.all([...bmcs.values()].map((bmc) => bmc.close()));
    },
  };
};
