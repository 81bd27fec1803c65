import { z } from 'zod';
import { CodedError } from '../../core/errors.ts';
import { faultSettingsSchema } from './faults/catalogue.ts';
import type { SimBmc } from './server.ts';

/** A line of the simulator's standard input: what to change while it runs. */
const controlLine = z.strictObject({
  /** May be left out where there is one BMC only. */
  name: z.string().optional(),
  set: z.strictObject({
    /** Switches all faults off; what else the line sets comes after that. */
    clearFaults: z.literal(true).optional(),
    /** Faults to switch on or, with `false`, off. */
    faults: faultSettingsSchema.optional(),
    /** The fault of this name, in short. */
    frozen: z.boolean().optional(),
    /** Someone at the machine switches it. */
    power: z.enum(['on', 'off']).optional(),
  }),
});

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    throw new CodedError('rpc.parse');
  }
};

const pick = (bmcs: ReadonlyMap<string, SimBmc>, name: string | undefined): [string, SimBmc] => {
  const [only] = bmcs;
  const bmc = name === undefined ? undefined : bmcs.get(name);
  if (name !== undefined && bmc) return [name, bmc];
  if (name === undefined && only && bmcs.size === 1) return only;
  throw new CodedError('rpc.params', `name: must be one of ${[...bmcs.keys()].join(', ')}`);
};

/**
 * Does what a control line asks and returns the name of the BMC. Throws `rpc.parse` or `rpc.params`,
 * and has then changed nothing.
 */
export const obey = (bmcs: ReadonlyMap<string, SimBmc>, line: string): string => {
  const parsed = controlLine.safeParse(parse(line));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new CodedError('rpc.params', faults.join('; '));
  }
  const { clearFaults, faults, frozen, power } = parsed.data.set;
  const [name, bmc] = pick(bmcs, parsed.data.name);
  if (clearFaults) bmc.faults.clear();
  bmc.faults.set({ ...faults, ...(frozen !== undefined && { frozen }) });
  if (power !== undefined) bmc.machine.press(power);
  return name;
};
