import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { builtInDevices } from '../app/paths.ts';
import type { SnmpNotification } from '../bridge/noc/snmp/encode.ts';
import { readBounded } from '../config/files.ts';
import { CodedError } from '../core/errors.ts';
import type { Varbind, VarbindValue } from '../snmp-trap/codec/notification.ts';
import { trapOidOfV1 } from '../snmp-trap/codec/notification-pdu.ts';

/** The samples beside the trap definitions: a trap, what was open before it, and the events that it becomes. */

const varbind = z.union([
  z.strictObject({ oid: z.string(), type: z.literal('octetString'), text: z.string() }),
  z.strictObject({ oid: z.string(), type: z.literal('octetString'), hex: z.string() }),
  z.strictObject({ oid: z.string(), type: z.literal('integer'), value: z.number() }),
  z.strictObject({ oid: z.string(), type: z.literal('oid'), value: z.string() }),
]);

const trap = z.union([
  z.strictObject({ version: z.literal('v2c'), trapOid: z.string(), varbinds: z.array(varbind) }),
  z.strictObject({
    version: z.literal('v1'),
    enterprise: z.string(),
    generic: z.number(),
    specific: z.number(),
    varbinds: z.array(varbind),
  }),
]);

export const sampleSchema = z.strictObject({
  origin: z.enum(['recorded', 'constructed']),
  note: z.string().optional(),
  trap,
  open: z.array(z.string()).optional(),
  events: z
    .array(z.looseObject({ name: z.string(), action: z.string().optional(), text: z.string().optional() }))
    .min(1),
});
export type Sample = z.infer<typeof sampleSchema>;

const sampleValue = (one: z.infer<typeof varbind>): VarbindValue => {
  if (one.type === 'octetString')
    return { type: one.type, value: 'hex' in one ? Buffer.from(one.hex, 'hex') : Buffer.from(one.text) };
  return one.type === 'oid' ? { type: one.type, value: one.value } : { type: one.type, value: one.value };
};

export const sampleVarbinds = ({ varbinds }: Sample['trap']): Varbind[] =>
  varbinds.map((one) => ({ oid: one.oid, value: sampleValue(one) }));

/** A sample under the name by which it is sent. */
export interface TrapSample {
  /** `MODEL/NUMBER`, from 1, in the order of the file. */
  readonly id: string;
  /** Name of the first event that it becomes; several samples of a model may share it. */
  readonly event: string;
  readonly sample: Sample;
}

/** What a sample says, in the form of v2. */
export const notificationOfSample = ({ trap: sample }: Sample): SnmpNotification => {
  const varbinds = sampleVarbinds(sample);
  if (sample.version === 'v2c') return { trapOid: sample.trapOid, varbinds };
  const { enterprise, generic, specific } = sample;
  return { trapOid: trapOidOfV1(enterprise, generic, specific), varbinds, enterprise };
};

const folder = join(builtInDevices, 'trap', 'samples');
const mostBytes = 1024 * 1024;

const samplesIn = async (file: string): Promise<TrapSample[]> => {
  const content = await readBounded(join(folder, file), mostBytes);
  if (!content.ok) throw new CodedError('config.unreadable', `${join(folder, file)} ${content.failure}`);
  const samples = z.array(sampleSchema).parse(JSON.parse(content.value.bytes.toString('utf8')));
  const model = file.replace(/\.json$/, '');
  return samples.map((sample, index) => ({
    id: `${model}/${index + 1}`,
    event: sample.events[0]?.name ?? '',
    sample,
  }));
};

/** Every sample that comes with Noroshi, by model and number. */
export const loadTrapSamples = async (): Promise<TrapSample[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  return (await Promise.all(files.map(samplesIn))).flat();
};

/** The sample called `MODEL/NUMBER`, or the first called `MODEL/EVENT`. Throws a `usage` error where there is none. */
export const findTrapSample = async (name: string): Promise<TrapSample> => {
  const samples = await loadTrapSamples();
  const modelOf = ({ id }: TrapSample) => id.slice(0, id.indexOf('/'));
  const found = samples.find((one) => one.id === name || `${modelOf(one)}/${one.event}` === name);
  if (!found)
    throw new CodedError('usage', `there is no sample "${name}"; \`noroshi trap samples\` lists them`);
  return found;
};
