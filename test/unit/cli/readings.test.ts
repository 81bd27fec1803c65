import { expect, test } from 'vitest';
import { renderEventLog } from '../../../src/cli/commands/sel.ts';
import { renderSensors } from '../../../src/cli/commands/sensors.ts';

const at = '2026-01-01T00:00:00.000Z';

test('sensors: name, type, state, and what was read', () => {
  const head = { number: 1, type: 'Temperature' };
  const measured = { ...head, kind: 'threshold', unit: 'degrees C', thresholds: {} } as const;
  const lines = renderSensors({
    server: 'server1',
    at,
    sensors: [
      { ...measured, name: 'Inlet', value: 23.4567, state: 'ok' },
      { ...measured, name: 'CPU1', value: 97, state: 'critical', side: 'upper' },
      { ...measured, name: 'Only compares', state: 'nonCritical', side: 'lower' },
      {
        ...head,
        name: 'PS1',
        type: 'Power Supply',
        kind: 'discrete',
        states: ['presence detected', 'predictive failure'],
      },
      { ...head, name: 'Watchdog', type: 'Watchdog 2', kind: 'discrete', states: [] },
      { ...head, name: '', number: 9, type: 'Fan', kind: 'unknown', why: 'unavailable' },
    ],
  });
  expect(lines).toEqual([
    'server1: 6 sensors at 2026-01-01T00:00:00.000Z',
    '  Inlet          Temperature   ok                    23.457 degrees C',
    '  CPU1           Temperature   CRITICAL (upper)      97 degrees C',
    '  Only compares  Temperature   NON-CRITICAL (lower)',
    '  PS1            Power Supply                        presence detected; predictive failure',
    '  Watchdog       Watchdog 2                          -',
    '  #9             Fan           unknown               (the sensor has no reading now)',
  ]);
});

test('the event log: id, time, sensor, direction, words', () => {
  const event = {
    kind: 'event' as const,
    ...{ source: 'bmc', sensorType: 'Temperature', sensorNumber: 2 },
    ...{ event: 'upper critical, going high', data: '59605f' },
  };
  const lines = renderEventLog({
    ...{ server: 'server1', at, total: 9, overflow: true },
    entries: [
      { ...event, id: 6, sinceStartSeconds: 4, asserted: true },
      { ...event, id: 7, at, asserted: false, sensor: 'CPU1', reading: 96, threshold: 95, unit: 'degrees C' },
      { kind: 'oem', id: 8, recordType: 0xc0, manufacturer: 343, at, data: '010203040506' },
      { kind: 'reserved', id: 9, recordType: 0x10, data: '00' },
    ],
  });
  expect(lines).toEqual([
    'server1: 4 of 9 entries; the log is full, and events were lost',
    '  6  4 s after start       Temperature                         #2    asserted    upper critical, going high',
    '  7  2026-01-01T00:00:00Z  Temperature                         CPU1  deasserted  upper critical, going high (read 96, threshold 95 degrees C)',
    '  8  2026-01-01T00:00:00Z  OEM record c0h of manufacturer 343                    010203040506',
    '  9  (no time)             reserved record 10h                                   00',
  ]);
});
