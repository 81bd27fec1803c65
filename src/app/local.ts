import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from '../config/load.ts';
import { sysrqLimitSeconds } from '../config/local-checks.ts';
import { sysrqWay } from '../config/local-section.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { localActions } from '../core/outcome.ts';
import type { EventLog } from '../events/event-log.ts';
import { createLocalService, type LocalService } from '../fence/local.ts';
import type { LocalWay } from '../fence/local-chain.ts';
import { defaultFenceSettings } from '../fence/settings.ts';
import { searchPath } from '../io/search-path.ts';
import { createLocalProgram } from '../stop/local/program.ts';
import { createLocalSysrq } from '../stop/local/sysrq.ts';

type Section = NonNullable<Config['local']>;

export interface LocalDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly record: EventLog['record'];
}

const wayOf = ({ tools, sysrq }: Section, name: string, clock: Clock): LocalWay[] => {
  if (name === sysrqWay)
    return [{ name, limitMs: sysrqLimitSeconds * 1000, port: createLocalSysrq(sysrq.trigger) }];
  const tool = tools[name];
  if (!tool) return [];
  const lines = Object.fromEntries(
    localActions.flatMap((action) => (tool[action] ? [[action, tool[action]]] : [])),
  );
  const program = { lines, device: tool.device, accepted: tool.accepted };
  return [
    {
      name,
      limitMs: tool.limitSeconds * 1000,
      port: createLocalProgram(program, { clock, searchPath: searchPath() }),
    },
  ];
};

/** The id that the kernel gives to each boot (random(4)), or undefined where it does not tell. */
const bootId = async (): Promise<string | undefined> => {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return undefined;
  }
};

/** The actions on the server this gateway runs on, where the configuration offers them. */
export const localServiceFor = async (
  { local, self }: Config,
  { clock, log, record }: LocalDeps,
): Promise<LocalService | undefined> => {
  if (!local || self.role !== 'member') return undefined;
  return createLocalService({
    ...{ clock, log, record },
    server: self.node,
    policy: {
      actions: local.actions,
      ways: local.ways.flatMap((name) => wayOf(local, name, clock)),
      deadlineMs: local.deadlineSeconds * 1000,
      stillRunsMs: local.stillRunsSeconds * 1000,
    },
    journalLimitMs: defaultFenceSettings.journalLimitMs,
    newRequestId: () => randomUUID(),
    boot: await bootId(),
  });
};
