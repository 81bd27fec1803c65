import type { DeviceCatalogue } from './devices.ts';
import type { BmcConfig, DriverSpecs } from './driver.ts';
import { schemaNodeOf } from './expectation.ts';
import { type Complaint, explain } from './explain.ts';
import { unknownWord } from './nearest.ts';
import { isSecretKey, resolveSecrets, type SecretSources, secretKeys } from './secrets.ts';

export interface BmcSectionDeps extends SecretSources {
  readonly drivers: DriverSpecs;
  readonly devices: DeviceCatalogue;
}

/** What a `bmc` section came to; paths begin inside the section. */
export interface ResolvedBmc {
  /** There only where there are no problems. */
  readonly bmc?: BmcConfig;
  /** The options as far as they are known, good or not: addresses are compared all the same. */
  readonly options?: unknown;
  readonly problems: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

type Section = Readonly<Record<string, unknown>>;

const nothing: ResolvedBmc = { problems: [], warnings: [] };

/** While a definition file is broken, a missing model may be the one it defines: that file is named already. */
const unknownModel = (model: string, devices: DeviceCatalogue): ResolvedBmc =>
  devices.problems.length > 0
    ? nothing
    : {
        problems: [{ path: ['model'], message: unknownWord('model', model, [...devices.bmc.keys()]) }],
        warnings: [],
      };

/**
 * Checks one `bmc` section: the definition of its model gives the driver and the default options, the
 * section's own keys go over them, and the driver's schema has the last word.
 */
export const resolveBmc = async (section: Section, deps: BmcSectionDeps): Promise<ResolvedBmc> => {
  const { model } = section;
  if (typeof model !== 'string') return nothing;
  const definition = deps.devices.bmc.get(model);
  if (!definition) return unknownModel(model, deps.devices);
  const spec = deps.drivers[definition.driver];
  if (!spec) return nothing;

  const own = Object.entries(section).filter(([key]) => key !== 'model' && !isSecretKey(spec.secrets, key));
  const options = { ...definition.options, ...Object.fromEntries(own) };
  const parsed = spec.options.safeParse(options);
  const complaints = parsed.success
    ? []
    : explain({
        issues: parsed.error.issues,
        schema: schemaNodeOf(spec.options),
        value: options,
        alsoKnown: ['model', ...secretKeys(spec.secrets)],
      });
  const { secrets, problems: secretProblems, warnings } = await resolveSecrets(spec.secrets, section, deps);
  const problems = [...complaints, ...secretProblems];
  if (!parsed.success) return { options, problems, warnings };
  const bmc = { model, driver: definition.driver, options: parsed.data, secrets };
  return { ...(problems.length === 0 && { bmc }), options: parsed.data, problems, warnings };
};
