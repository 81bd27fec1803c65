import { expect, test } from 'vitest';
import { readServerEventLog, readServerSensors } from '../../../src/app/readings.ts';
import type { BmcPort, BmcReadings } from '../../../src/core/ports.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { Identities } from '../../../src/fence/identity.ts';

const clock = createVirtualClock();
const identities = { checked: () => true, guidOf: () => undefined } as unknown as Identities;
const portWith = (readings?: BmcReadings): BmcPort => ({
  open: async () => Promise.reject(new Error('not opened here')),
  examine: async () => [],
  close: async () => {},
  ...(readings && { readings }),
});

test.each([
  ['fence.noBmc', undefined],
  ['readings.unsupported', portWith()],
])('%s', async (code, bmc) => {
  const deps = { clock, identities, bmc };
  await expect(readServerSensors(deps, 'server1')).rejects.toMatchObject({ code });
  await expect(readServerEventLog(deps, 'server1', 5)).rejects.toMatchObject({ code });
});

test('an operator waits a minute at most, behind every forced stop', async () => {
  const seen: unknown[] = [];
  const bmc = portWith({
    async sensors({ deadline, priority }) {
      seen.push([deadline.remainingMs(), priority]);
      return [];
    },
    async eventLog({ deadline, priority }, _judge, last) {
      seen.push([deadline.remainingMs(), priority, last]);
      return { total: 0, overflow: false, entries: [] };
    },
  });
  const deps = { clock, identities, bmc };
  expect(await readServerSensors(deps, 'server1')).toMatchObject({ server: 'server1', sensors: [] });
  expect(await readServerEventLog(deps, 'server1', 5)).toMatchObject({ total: 0, entries: [] });
  expect(seen).toEqual([
    [60_000, 'operator'],
    [60_000, 'operator', 5],
  ]);
});
