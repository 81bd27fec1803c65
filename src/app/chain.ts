import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import type { BmcPort } from '../core/ports.ts';
import { bmcOnly, type Chain, type StopMethod } from '../fence/chain.ts';
import { createStopScript } from '../stop/script.ts';

type Method = NonNullable<Config['servers'][string]['chain']>[number];

const defaultPath = '/usr/sbin:/usr/bin:/sbin:/bin';

const methodOf = (config: Config, server: string, method: Method, clock: Clock): StopMethod => {
  const limitMs = (method.limitSeconds ?? 0) * 1000;
  switch (method.method) {
    case 'bmc':
      return { method: 'bmc', limitMs: method.limitSeconds === undefined ? undefined : limitMs };
    case 'nmiWait':
      return { method: 'nmiWait', limitMs };
    case 'script': {
      const script = { file: method.file ?? '', server, local: config.self.node };
      const port = createStopScript(
        { ...script, verifiesOff: method.scriptVerifiesOff },
        { clock, path: process.env.PATH ?? defaultPath },
      );
      return { method: 'script', limitMs, port };
    }
  }
};

/** The ways in which a forced stop of this server goes about it. */
export const chainOf = (config: Config, server: string, clock: Clock): Chain =>
  config.servers[server]?.chain?.map((method) => methodOf(config, server, method, clock)) ?? bmcOnly;

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
