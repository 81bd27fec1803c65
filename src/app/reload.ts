import type { Config } from '../config/load.ts';
import { changedCredentials } from './credentials.ts';
import { hardwareFor, type Parts } from './parts.ts';
import { noteInTime } from './record.ts';

const fixed = ['cluster', 'self', 'stateDirectory', 'engine', 'notify', 'local', 'journal'] as const;

/** Sections that only a restart can change, as far as they differ. */
const needRestart = (before: Config, after: Config): string[] =>
  fixed.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));

/** Puts a new configuration in force; devices that a job uses stay open until it is done with them. */
const replace = ({ current, deps, events, replaced }: Parts, config: Config): void => {
  const before = current.hardware;
  current.hardware = hardwareFor(config, deps, events);
  current.config = config;
  replaced.add(before);
  void before.retire().finally(() => replaced.delete(before));
};

export const closeHardware = async ({ current, replaced }: Parts): Promise<void> => {
  await Promise.all([current.hardware, ...replaced].map((hardware) => hardware.close()));
};

export const reload = async (parts: Parts, config: Config): Promise<void> => {
  const { current, deps } = parts;
  const kept = needRestart(current.config, config);
  if (kept.length > 0)
    deps.log.warn({ sections: kept }, 'these sections change only at a restart of the daemon');
  const fixedSections = Object.fromEntries(fixed.map((key) => [key, current.config[key]]));
  const credentials = changedCredentials(current.config.servers, config.servers);
  const data = { servers: Object.keys(config.servers), credentials };
  replace(parts, { ...config, ...fixedSections });
  parts.fence.refresh();
  if (credentials.length > 0) deps.log.info({ servers: credentials }, 'passwords or keys changed');
  await noteInTime(deps.clock, parts.events, { type: 'config.reloaded', source: 'app', data });
};
