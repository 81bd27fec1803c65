import type { z } from 'zod';
import type { Clock } from '../../../core/clock.ts';
import type { Random } from '../../random.ts';
import type { CommandTable } from '../commands.ts';
import type { Guids } from '../guids.ts';
import type { Handshake, SuiteOffer } from '../handshake.ts';
import type { Machine } from '../machine.ts';
import type { Numbering } from '../numbering.ts';
import type { PowerSupply } from '../power-supply.ts';
import type { SessionTable } from '../sessions.ts';
import type { Passwords } from '../users.ts';
import type { Wire } from '../wire.ts';

/** The interfaces inside the simulated BMC that a fault can be put over. */
export interface FaultTargets {
  supply: PowerSupply;
  machine: Machine;
  /** The BMC's own clock in milliseconds since 1970. */
  wallMs: () => number;
  wire: Wire;
  sessions: SessionTable;
  numbering: Numbering;
  handshake: Handshake;
  guids: Guids;
  offer: SuiteOffer;
  passwords: Passwords;
  commands: CommandTable;
}

export type FaultHook = keyof FaultTargets;

/** What a fault may use. */
export interface FaultTools {
  /** Its timers are cancelled when the BMC is closed. */
  readonly clock: Clock;
  /** The fault's own stream, which the seed repeats. */
  readonly random: Random;
}

/** How a fault of one BMC is switched; it is off at first. */
export interface FaultSwitch {
  /** On, from its beginning; `raw` must be what its schema takes. */
  set(raw: unknown): void;
  clear(): void;
}

export interface InstalledFault<Hook extends FaultHook> extends FaultSwitch {
  /** The target with the fault in it; it changes nothing while the fault is off. */
  over(target: FaultTargets[Hook]): FaultTargets[Hook];
}

/** What a fault is for people and for schemas. */
interface FaultEntry<Schema extends z.ZodType> {
  readonly describe: string;
  /** Its value in words, as the end of "must be …". */
  readonly form: string;
  /** What it may be set to; a value that comes out of it is one that it takes. */
  readonly value: Schema;
}

/** A fault that can be ordered, and how it gets into a BMC. */
export interface Fault<Hook extends FaultHook, Schema extends z.ZodType = z.ZodType>
  extends FaultEntry<Schema> {
  readonly hook: Hook;
  install(tools: FaultTools): InstalledFault<Hook>;
}

/** A decorator over a part of the BMC; while `armed` answers undefined the fault is off. */
type Over<Hook extends FaultHook, Armed> = (
  target: FaultTargets[Hook],
  armed: () => Armed | undefined,
) => FaultTargets[Hook];

/** A fault that keeps something while it is on: `arm` makes that anew whenever it is set, so that counts begin again. */
export const defineArmedFault = <Hook extends FaultHook, Schema extends z.ZodType, Armed>(
  hook: Hook,
  definition: FaultEntry<Schema> & {
    arm(value: z.output<Schema>, tools: FaultTools): Armed;
    readonly over: Over<Hook, Armed>;
  },
): Fault<Hook, Schema> => {
  const { arm, over, ...entry } = definition;
  return {
    ...entry,
    hook,
    install(tools) {
      let armed: Armed | undefined;
      return {
        set(raw) {
          armed = arm(entry.value.parse(raw), tools);
        },
        clear() {
          armed = undefined;
        },
        over: (target) => over(target, () => armed),
      };
    },
  };
};

/** A fault that needs nothing but its value. */
export const defineFault = <Hook extends FaultHook, Schema extends z.ZodType>(
  hook: Hook,
  definition: FaultEntry<Schema> & { readonly over: Over<Hook, z.output<Schema>> },
): Fault<Hook, Schema> => defineArmedFault(hook, { ...definition, arm: (value) => value });
