import type { z } from 'zod';
import type { Secret } from '../core/secret.ts';

/** A password or key that a driver needs, in addition to its options. */
export interface SecretSpec {
  readonly required: boolean;
  readonly maxBytes: number;
  /** Whether it may also come as hex digits, by `<name>HexFile`: for keys that are not text. */
  readonly hex?: boolean;
  /** What it is, as a sentence for docs/config.md. */
  readonly describe: string;
}

/**
 * What a driver tells the configuration room, which knows no driver by name.
 *
 * `options` must be strict (unknown keys are refused there), synchronous, and must parse its own output
 * to the same value: defaults are fine, transforms are not. A message of `.refine()` ends the sentence
 * that begins with the path. A device that has a network address calls it `host` and `port`, so that two
 * servers with one address are found. No option may be called as a secret's key is
 * (`<name>`, `<name>File`, `<name>Env`, `<name>HexFile`), nor `model`.
 */
export interface DriverSpec<Options = unknown> {
  readonly name: string;
  readonly options: z.ZodType<Options>;
  readonly secrets: Readonly<Record<string, SecretSpec>>;
}

/** Every driver of one kind of device, by name. */
export type DriverSpecs = Readonly<Record<string, DriverSpec>>;

/** A server's BMC as configured: the definition's defaults under the server's own options. */
export interface BmcConfig {
  readonly model: string;
  readonly driver: string;
  /** Parsed by the driver's own schema; see {@link optionsOf}. */
  readonly options: unknown;
  readonly secrets: Readonly<Record<string, Secret>>;
}

/**
 * The options under the driver's own type, for the factory that builds the driver. They were parsed by
 * the same schema when the configuration was read, so this throws only if another driver's spec is given.
 */
export const optionsOf = <Options>(spec: DriverSpec<Options>, bmc: BmcConfig): Options =>
  spec.options.parse(bmc.options);
