import { endMaintenances, keeperFor, keepMaintaining, readinessFor, trapsFor } from './app/companions.ts';
import { monitorsFor } from './app/monitors.ts';
import { type Mqtt, startMqtt } from './app/mqtt.ts';
import { type Noc, startNoc } from './app/noc.ts';
import { type DaemonDeps, openParts, type Parts } from './app/parts.ts';
import { version } from './app/paths.ts';
import { noteInTime, recordInTime } from './app/record.ts';
import { closeHardware, reload } from './app/reload.ts';
import { type RemovedSinks, tellRemovedSinks } from './app/removed-sinks.ts';
import { openSockets } from './app/sockets.ts';
import type { Traps } from './app/traps.ts';
import type { EngineSocket } from './bridge/engine/server.ts';
import type { Config } from './config/load.ts';
import { CodedError } from './core/errors.ts';
import { carriedOver } from './fence/carry-over.ts';
import type { ReadinessKeeper } from './fence/readiness-keeper.ts';
import { defaultFenceSettings } from './fence/settings.ts';
import type { Monitors } from './monitor/keeper.ts';
import type { IdentifyKeeper } from './panel/identify-keeper.ts';

/** The running gateway. */
export interface Daemon {
  /** Takes over servers, BMC credentials and deadlines of a new configuration; jobs under way keep the old ones. */
  reload(config: Config): Promise<void>;
  /** Puts on record why a new configuration was not taken. */
  rejected(problems: readonly string[]): Promise<void>;
  /** Ends everything in order; resolves when nothing is left but, where `stuck`, a thread that hangs in the disk. */
  stop(): Promise<{ readonly stuck: boolean }>;
}

/** A disk that takes nothing does not keep the gateway from starting: it can still stop servers. */
const recordStart = async ({ deps, events, current }: Parts): Promise<void> => {
  const data = { node: current.config.self.node, version };
  const record = recordInTime(deps.clock, events);
  await record({ type: 'gateway.started', source: 'app', data }).catch(() => events.forgetReadings());
};

/** Takes up what the last end of the daemon cut off. */
const resumeJobs = async ({ deps, events, fence, local }: Parts): Promise<void> => {
  const jobs = Object.values(events.view().jobs);
  await fence.resume(carriedOver(jobs, deps.clock.wallMs(), defaultFenceSettings.powerOnLimitMs));
  await local?.resume(events.view().local);
};

/**
 * Starts the gateway: journal, devices, forced stops, sockets. Rejects with `journal.*` or
 * `socket.*`, and then leaves nothing behind.
 */
export const startDaemon = async (config: Config, deps: DaemonDeps): Promise<Daemon> => {
  const parts = await openParts(config, deps);
  const { events, evidence, fence, local, journal, kdump } = parts;
  const { node } = config.self;
  let sockets: EngineSocket[] = [];
  let keeper: IdentifyKeeper | undefined;
  let readiness: ReadinessKeeper | undefined;
  let monitors: Monitors | undefined;
  let traps: Traps | undefined;
  let mqtt: Mqtt | undefined;
  let noc: Noc | undefined;
  let removedSinks: RemovedSinks | undefined;
  try {
    await recordStart(parts);
    await kdump.refresh();
    monitors = await monitorsFor(parts);
    await resumeJobs(parts);
    keeper = keeperFor(parts);
    readiness = readinessFor(parts);
    traps = await trapsFor(parts);
    // In one breath: both begin with the events after those that are on record now.
    noc = startNoc(parts);
    mqtt = await startMqtt(parts, readiness);
    removedSinks = tellRemovedSinks(parts);
    sockets = await openSockets(parts, { keeper, readiness, monitors, traps, mqtt, noc });
  } catch (error) {
    removedSinks?.stop();
    await monitors?.stop();
    await fence.stop();
    await traps?.stop();
    await mqtt?.stop();
    await noc?.stop();
    await readiness?.stop();
    await keeper?.stop();
    await kdump.stop();
    await closeHardware(parts);
    await journal.close();
    throw error;
  }
  const stopMaintaining = keepMaintaining(parts);
  const stopEnding = endMaintenances(parts, keeper);
  let stopping = false;
  return {
    async reload(next) {
      if (stopping) throw new CodedError('fence.stopping');
      await reload(parts, next);
      keeper.refresh();
      await kdump.refresh();
      readiness.refresh();
      await traps.refresh();
      await mqtt.refresh();
      await noc.refresh();
      removedSinks.look();
    },
    rejected: (problems) =>
      noteInTime(deps.clock, events, {
        type: 'config.rejected',
        source: 'app',
        data: { problems: [...problems] },
      }),
    async stop() {
      stopping = true;
      stopMaintaining();
      stopEnding();
      removedSinks.stop();
      await local?.stop();
      await fence.stop();
      await traps.stop();
      await Promise.all([mqtt.stop(), noc.stop()]);
      await readiness.stop();
      await keeper.stop();
      await monitors.stop();
      evidence.stop();
      await Promise.all(sockets.map((socket) => socket.close()));
      await kdump.stop();
      await closeHardware(parts);
      await noteInTime(deps.clock, events, { type: 'gateway.stopped', source: 'app', data: { node } });
      await events.maintain();
      return journal.close();
    },
  };
};
