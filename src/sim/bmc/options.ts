import { createHash } from 'node:crypto';
import { z } from 'zod';
import { cipherSuites } from '../../bmc/ipmi/cipher-suites.ts';
import { type Privilege, privilegeLevels } from '../../bmc/ipmi/privilege.ts';
import { longestUserName } from '../../bmc/ipmi/rakp-1.ts';
import type { SecretSpec } from '../../config/driver.ts';
import { resolveSecrets } from '../../config/secrets.ts';
import { CodedError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { faultSettingsSchema } from './faults/catalogue.ts';
import type { SimBmcOptions } from './server.ts';
import { seedLimit } from './simulate.ts';

/** The secrets of a simulated BMC; without a password it has {@link defaultPassword}. */
const secretSpecs = {
  password: { required: false, maxBytes: 20, describe: 'The password of the user.' },
  kg: { required: false, maxBytes: 20, hex: true, describe: 'The BMC key (K_g).' },
} as const satisfies Record<string, SecretSpec>;

/** Nothing is behind a simulated BMC, so its password may be known. */
export const defaultPassword = 'noroshi';

const levels = Object.keys(privilegeLevels) as [Privilege, ...Privilege[]];
const path = z.string().min(1);
const delayMs = z.number().int().min(0).max(3_600_000);

const simBmc = z.strictObject({
  name: z.string().min(1).default('bmc'),
  host: z.string().min(1).default('127.0.0.1'),
  /** 0: any free one; the line `listening` tells it. */
  port: z.number().int().min(0).max(65_535).default(0),
  user: z
    .string()
    .refine((name) => Buffer.byteLength(name) <= longestUserName, 'must be at most 16 bytes')
    .default('admin'),
  privilege: z.enum(levels).default('administrator'),
  passwordFile: path.optional(),
  passwordEnv: path.optional(),
  kgFile: path.optional(),
  kgHexFile: path.optional(),
  kgEnv: path.optional(),
  /** 32 hex digits in the order of the wire; by default made from the name, so that it stays the same. */
  guid: z
    .string()
    .regex(/^[0-9A-Fa-f]{32}$/, 'must be 32 hex digits')
    .optional(),
  power: z.enum(['on', 'off']).default('on'),
  offDelayMs: delayMs.optional(),
  onDelayMs: delayMs.optional(),
  /** `ignored`: the operating system hangs and does not hear the power button. */
  softOffDelayMs: z.union([delayMs, z.literal('ignored')]).optional(),
  suites: z
    .array(z.number().refine((id) => cipherSuites.has(id), 'must be 17, 3 or 0'))
    .min(1)
    .default([17, 3]),
  slots: z.number().int().min(1).max(64).default(4),
  /** How long a session may say nothing before the BMC drops it, 60 s by default (IPMI 2.0 section 6.12.15). */
  sessionIdleMs: delayMs.optional(),
  faults: faultSettingsSchema.optional(),
  /** Repeats what faults do by chance; the line `listening` tells the one in use. */
  seed: z.number().int().min(0).lt(seedLimit).optional(),
});

/** Options of `noroshi sim bmc`: the BMCs of one process. */
export const simBmcProcessSchema = z.strictObject({
  bmcs: z
    .array(simBmc)
    .min(1)
    .max(64)
    .refine(
      (bmcs) => new Set(bmcs.map(({ name }) => name)).size === bmcs.length,
      'must have different names',
    ),
});

export type SimBmcProcessOptions = z.infer<typeof simBmcProcessSchema>;
export type SimBmcSpec = SimBmcProcessOptions['bmcs'][number];

/** Takes the options that were not given out of an object, as exact optional properties want it. */
const given = <Value extends object>(value: Value) =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };

const guidOf = ({ guid, name }: SimBmcSpec): Buffer =>
  guid ? Buffer.from(guid, 'hex') : createHash('sha256').update(name).digest().subarray(0, 16);

/**
 * What {@link startSimBmc} needs, with the secrets read. Throws `config.unreadable` where a secret
 * is not to be had or too long; the message repeats none of it.
 */
export const serverOptionsOf = async (
  spec: SimBmcSpec,
  environment: NodeJS.ProcessEnv,
): Promise<Omit<SimBmcOptions, 'clock'>> => {
  const section = given(spec);
  const { secrets, problems } = await resolveSecrets(secretSpecs, section, {
    folder: '',
    environment,
    openFiles: 'warn',
  });
  const [problem] = problems;
  if (problem) {
    throw new CodedError('config.unreadable', `${spec.name}: ${problem.path.join('.')}: ${problem.message}`);
  }
  const { host, port, user, privilege, suites, slots, power, faults, seed } = spec;
  const { offDelayMs, onDelayMs, softOffDelayMs } = spec;
  const password = secrets.password ?? new Secret(defaultPassword);
  return {
    host,
    port,
    users: [{ name: user, password, privilege }],
    guid: guidOf(spec),
    suites,
    limits: { slots, ...given({ idleMs: spec.sessionIdleMs }) },
    machine: { power, ...given({ offDelayMs, onDelayMs, softOffDelayMs }) },
    ...given({ kg: secrets.kg, faults, seed }),
  };
};
