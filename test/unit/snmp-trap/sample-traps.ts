import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadTrapDefinitions } from '../../../src/config/trap-definitions.ts';
import type { OpenTraps } from '../../../src/events/open-traps.ts';
import type { TrapNotification, Varbind } from '../../../src/snmp-trap/codec/notification.ts';
import { formatValues } from '../../../src/snmp-trap/rules/rule-book.ts';

/** The samples beside the definitions: a trap, what was open, and the events it becomes. */

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
  events: z.array(z.record(z.string(), z.unknown())).min(1),
});
export type Sample = z.infer<typeof sampleSchema>;

const asVarbind = (one: z.infer<typeof varbind>): Varbind => {
  if (one.type !== 'octetString')
    return { oid: one.oid, value: { type: one.type, value: one.value } as never };
  const value = 'hex' in one ? Buffer.from(one.hex, 'hex') : Buffer.from(one.text);
  return { oid: one.oid, value: { type: 'octetString', value } };
};

/** RFC 3584 section 3.1. */
const trapOidOfV1 = (enterprise: string, generic: number, specific: number): string =>
  generic === 6 ? `${enterprise}.0.${specific}` : `1.3.6.1.6.3.1.1.5.${generic + 1}`;

export const source = '192.0.2.11';

export const notificationOf = ({ trap: sample }: Pick<Sample, 'trap'>): TrapNotification => {
  const common = {
    kind: 'trap' as const,
    source: { address: source, port: 50_000 },
    uptimeTicks: 4711,
    varbinds: sample.varbinds.map(asVarbind),
  };
  if (sample.version === 'v2c') return { ...common, version: 'v2c', trapOid: sample.trapOid };
  const { enterprise, generic, specific } = sample;
  const trapOid = trapOidOfV1(enterprise, generic, specific);
  return {
    ...{ ...common, version: 'v1', trapOid },
    v1: { enterprise, agentAddress: '192.0.2.11', generic, specific },
  };
};

export const openTraps = (keys: readonly string[]): OpenTraps => {
  const one = {
    since: '2026-01-01T00:00:00.000Z',
    name: 'before',
    severity: 'warning' as const,
    text: 'before',
  };
  return keys.length === 0 ? {} : { [source]: Object.fromEntries(keys.map((key) => [key, one])) };
};

export const samplesOf = (model: string): Sample[] =>
  z
    .array(sampleSchema)
    .parse(JSON.parse(readFileSync(join('devices/trap/samples', `${model}.json`), 'utf8')));

export const builtInTraps = () =>
  loadTrapDefinitions({ builtInDevices: 'devices', userDirectories: [], formatValues });
