import fc from 'fast-check';
import { getSdr } from '../../../../src/bmc/ipmi/commands/get-sdr.ts';
import { getSdrRepositoryInfo } from '../../../../src/bmc/ipmi/commands/get-sdr-repository-info.ts';
import { getSelEntry } from '../../../../src/bmc/ipmi/commands/get-sel-entry.ts';
import { getSelInfo } from '../../../../src/bmc/ipmi/commands/get-sel-info.ts';
import { getSensorReading } from '../../../../src/bmc/ipmi/commands/get-sensor-reading.ts';
import { getSensorReadingFactors } from '../../../../src/bmc/ipmi/commands/get-sensor-reading-factors.ts';
import { getSensorThresholds } from '../../../../src/bmc/ipmi/commands/get-sensor-thresholds.ts';
import { reserveSdrRepository } from '../../../../src/bmc/ipmi/commands/reserve-sdr-repository.ts';
import { reserveSel } from '../../../../src/bmc/ipmi/commands/reserve-sel.ts';
import { decodeSdrRecord } from '../../../../src/bmc/ipmi/sdr/decode-record.ts';
import { encodeLocatorRecord, encodeSensorRecord } from '../../../../src/bmc/ipmi/sdr/encode-record.ts';
import type { SdrRecord, SensorRecord } from '../../../../src/bmc/ipmi/sdr/record.ts';
import { type TestedCodec, testedCodec, testedCommand } from './tested-codec.ts';

const bits = (count: number) => fc.nat(2 ** count - 1);
const byte = bits(8);
const uint16 = bits(16);
const uint32 = fc.nat(0xffffffff);
const signed = (count: number) => fc.integer({ min: -(2 ** (count - 1)), max: 2 ** (count - 1) - 1 });
const bytes = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
const nothing = fc.constant(undefined);

const thresholds = fc.record(
  {
    lowerNonCritical: byte,
    lowerCritical: byte,
    lowerNonRecoverable: byte,
    upperNonCritical: byte,
    upperCritical: byte,
    upperNonRecoverable: byte,
  },
  { requiredKeys: [] },
);
const factors = { m: signed(10), b: signed(10), bExponent: signed(4), resultExponent: signed(4) };

export const readingCommandCodecs: readonly TestedCodec[] = [
  ...testedCommand(
    getSdrRepositoryInfo,
    nothing,
    fc.record({ records: uint16, lastAddition: uint32, lastErase: uint32 }),
  ),
  ...testedCommand(reserveSdrRepository, nothing, uint16),
  ...testedCommand(
    getSdr,
    fc.record({ reservation: uint16, recordId: uint16, offset: byte, count: byte }),
    fc.record({ nextRecordId: uint16, data: bytes(0, 64) }),
  ),
  ...testedCommand(
    getSensorReading,
    byte,
    fc.record({
      raw: byte,
      scanning: fc.boolean(),
      unavailable: fc.boolean(),
      states: fc.option(bits(15), { nil: undefined }),
    }),
  ),
  ...testedCommand(getSensorThresholds, byte, thresholds),
  ...testedCommand(
    getSensorReadingFactors,
    fc.record({ sensor: byte, raw: byte }),
    fc.record({ nextRaw: byte, ...factors }),
  ),
  ...testedCommand(
    getSelInfo,
    nothing,
    fc.record({ entries: uint16, freeBytes: uint16, overflow: fc.boolean() }),
  ),
  ...testedCommand(reserveSel, nothing, uint16),
  ...testedCommand(getSelEntry, uint16, fc.record({ nextId: uint16, record: bytes(16) })),
];

const name = fc.stringMatching(/^[A-Za-z0-9+][A-Za-z0-9+. ]{0,14}[A-Za-z0-9]$/);
const identity = {
  recordId: uint16,
  owner: byte,
  ownerLun: byte,
  number: byte,
  entityId: byte,
  entityInstance: byte,
  sensorType: byte,
  name,
};
const units = fc.record({
  percentage: fc.boolean(),
  rate: bits(3),
  modifierUse: fc.constantFrom('none' as const, 'divide' as const, 'multiply' as const),
  base: byte,
  modifier: byte,
});
const sharing = fc.record({
  count: fc.integer({ min: 1, max: 15 }),
  suffix: fc.constantFrom('numeric' as const, 'alpha' as const),
  suffixOffset: bits(7),
  entityIncrements: fc.boolean(),
});
const analog = fc.record({
  encoding: fc.constantFrom('unsigned' as const, 'onesComplement' as const, 'twosComplement' as const),
  linearization: bits(7),
  factors: fc.record(factors),
});

/** Any sensor that a record can tell of without loss. */
export const sensorRecords: fc.Arbitrary<SensorRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('full' as const),
    ...identity,
    eventType: fc.constant(1),
    units,
    analog: fc.option(analog, { nil: undefined }),
    thresholdAccess: fc.constantFrom('readable' as const, 'settable' as const, 'fixed' as const),
    thresholds,
  }),
  fc.record({ kind: fc.constant('compact' as const), ...identity, eventType: bits(7), units, sharing }),
  fc.record({ kind: fc.constant('eventOnly' as const), ...identity, eventType: bits(7), sharing }),
);

const locators = fc.record({
  kind: fc.constantFrom('fruLocator' as const, 'controllerLocator' as const),
  recordId: uint16,
  name,
});

export const recordCodecs: readonly TestedCodec[] = [
  testedCodec<SdrRecord>(
    'sensor record',
    sensorRecords,
    (record) => encodeSensorRecord(record as SensorRecord),
    decodeSdrRecord,
  ),
  testedCodec<SdrRecord>(
    'locator record',
    locators,
    (record) => encodeLocatorRecord(record as Parameters<typeof encodeLocatorRecord>[0]),
    decodeSdrRecord,
  ),
];
