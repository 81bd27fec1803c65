import {
  defaultFirstMessageSeconds,
  defaultQuietSeconds,
  type MethodSection,
} from '../config/chain-section.ts';
import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import type { BmcPort, StopPort } from '../core/ports.ts';
import { bmcOnly, type Chain, type StopMethod } from '../fence/methods.ts';
import { createStopScript } from '../stop/script.ts';
import type { ExaminedMethod } from './examine-chain.ts';
import type { KdumpKeeper } from './kdump.ts';

export interface ChainDeps {
  readonly clock: Clock;
  readonly kdump: Pick<KdumpKeeper, 'portFor'>;
}

const defaultPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** The script of a method, as a way to stop this server. */
const scriptFor = (config: Config, server: string, section: MethodSection, clock: Clock): StopPort => {
  const { file = '', scriptVerifiesOff: verifiesOff, supportsCheck } = section;
  const script = { file, server, local: config.self.node, verifiesOff, supportsCheck };
  return createStopScript(script, { clock, path: process.env.PATH ?? defaultPath });
};

const methodOf = (
  config: Config,
  server: string,
  section: MethodSection,
  { clock, kdump }: ChainDeps,
): StopMethod => {
  const { method, limitSeconds = 0, from = [], sendNmi = true } = section;
  const limitMs = limitSeconds * 1000;
  switch (method) {
    case 'bmc':
      return { method, limitMs: section.limitSeconds === undefined ? undefined : limitMs };
    case 'nmiWait':
      return { method, limitMs };
    case 'script':
      return { method, limitMs, port: scriptFor(config, server, section, clock) };
    case 'kdumpWait': {
      const { firstMessageSeconds = defaultFirstMessageSeconds, quietSeconds = defaultQuietSeconds } =
        section;
      const times = { firstMessageMs: firstMessageSeconds * 1000, quietMs: quietSeconds * 1000 };
      return { method, limitMs, port: kdump.portFor(from), sendNmi, ...times };
    }
  }
};

/** The ways in which a forced stop of this server goes about it. */
export const chainOf = (config: Config, server: string, deps: ChainDeps): Chain =>
  config.servers[server]?.chain?.map((section) => methodOf(config, server, section, deps)) ?? bmcOnly;

/** The same for an examination; undefined where a server has no chain of its own. */
export const examinedChainOf = (
  config: Config,
  server: string,
  { clock, kdump }: ChainDeps,
): readonly ExaminedMethod[] | undefined =>
  config.servers[server]?.chain?.map((section): ExaminedMethod => {
    const { method, limitSeconds, file = '', from = [] } = section;
    if (method === 'script')
      return { method, limitSeconds, file, port: scriptFor(config, server, section, clock) };
    if (method === 'kdumpWait') return { method, limitSeconds, port: kdump.portFor(from) };
    return { method, limitSeconds };
  });

const noBmc = (server: string): CodedError =>
  new CodedError('fence.noBmc', `the configuration gives ${server} no BMC`);

/** Stands in where a server has no BMC, but a script that proves by itself. */
const absentBmc = (server: string): BmcPort => ({
  open: () => Promise.reject(noBmc(server)),
  examine: async () => [],
  close: async () => {},
});

/** The BMC of a forced stop: that of the server, or a stand-in where its chain needs none. */
export const bmcForStop = (config: Config, server: string, bmc: BmcPort | undefined): BmcPort | undefined =>
  bmc ?? (config.servers[server]?.chain ? absentBmc(server) : undefined);
