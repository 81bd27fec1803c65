import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Sample, sampleSchema, sampleVarbinds } from '../../../src/cli/trap-samples.ts';
import { loadTrapDefinitions } from '../../../src/config/trap-definitions.ts';
import type { OpenTraps } from '../../../src/events/open-traps.ts';
import type { TrapNotification } from '../../../src/snmp-trap/codec/notification.ts';
import { formatValues } from '../../../src/snmp-trap/rules/rule-book.ts';

/** RFC 3584 section 3.1. */
const trapOidOfV1 = (enterprise: string, generic: number, specific: number): string =>
  generic === 6 ? `${enterprise}.0.${specific}` : `1.3.6.1.6.3.1.1.5.${generic + 1}`;

export type { Sample };

export const source = '192.0.2.11';

export const notificationOf = ({ trap: sample }: Pick<Sample, 'trap'>): TrapNotification => {
  const common = {
    kind: 'trap' as const,
    source: { address: source, port: 50_000 },
    uptimeTicks: 4711,
    varbinds: sampleVarbinds(sample),
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
