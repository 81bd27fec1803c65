import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { command } from '../../../src/bmc/drivers/command-driver.ts';
import type { DriverSpec, DriverSpecs } from '../../../src/config/driver.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { type ConfigProblem, formatProblem } from '../../../src/config/problem.ts';
import { eventWords } from '../../../src/events/fields.ts';
import { typesMatching } from '../../../src/events/glob.ts';
import { formatValues } from '../../../src/snmp-trap/rules/rule-book.ts';

/** A stand-in of the shape of the native IPMI driver. */
export const standIn = {
  name: 'native',
  options: z.strictObject({
    host: z.string().min(1).max(253).describe('Address.'),
    port: z.int().min(1).max(65535).default(623).describe('Port.'),
    user: z.string().max(16).describe('User.'),
    privilege: z.enum(['user', 'operator', 'administrator']).default('operator').describe('Privilege.'),
    cipherSuites: z.array(z.int().min(0).max(19)).min(1).default([17, 3]).describe('Suites.'),
    allowCipherSuite0: z.boolean().exactOptional().describe('Suite 0.'),
  }),
  secrets: {
    password: { required: true, maxBytes: 20, describe: 'Password.' },
    kg: { required: false, maxBytes: 20, hex: true, describe: 'Key.' },
  },
} satisfies DriverSpec;

/** Every driver that a built-in definition names. */
export const specs: DriverSpecs = { native: standIn, command: command.spec };

export const builtInDevices = resolve('devices');

/** The least configuration that is good, two servers; lines are counted in the tests. */
export const goodConfig = `version: 1
cluster: prod-a
self: { node: server1, role: member }
servers:
  server1:
    bmc:
      model: ipmi
      host: 192.0.2.11
      user: fence
      passwordFile: bmc.pw
  server2:
    bmc: { model: ipmi, host: 192.0.2.12, user: fence, passwordEnv: BMC_PASSWORD }
deviceDirectories: [devices.d]
`;

/** A folder of its own for one test, removed afterwards. */
export interface Workspace {
  readonly folder: string;
  write(name: string, content: string | Uint8Array, mode?: number): string;
  load(text: string, environment?: NodeJS.ProcessEnv): ReturnType<typeof loadConfig>;
  /** The problem lines of a configuration, with the folder's own path left out; [] where it is good. */
  problems(text: string, environment?: NodeJS.ProcessEnv): Promise<string[]>;
}

export const goodEnvironment = { BMC_PASSWORD: 'from-environment' };

/** `devices`: the built-in definitions; fewer load sooner. */
export const createWorkspace = (devices = builtInDevices): Workspace => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write: Workspace['write'] = (name, content, mode = 0o600) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };
  write('bmc.pw', 'from-file\n');
  const load: Workspace['load'] = (text, environment = goodEnvironment) =>
    loadConfig(write('noroshi.yaml', text), {
      ...{ bmcDrivers: specs, eventWords, environment, builtInDevices: devices },
      trapValues: formatValues,
      isEventGlob: (glob) => typesMatching([glob]).length > 0,
    });
  const lines = (problems: readonly ConfigProblem[]) =>
    problems.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ''));
  return {
    folder,
    write,
    load,
    problems: async (text, environment) => {
      const loaded = await load(text, environment);
      return loaded.ok ? [] : lines(loaded.failure);
    },
  };
};
