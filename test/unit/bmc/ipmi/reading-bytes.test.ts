import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IpmiCommand } from '../../../../src/bmc/ipmi/command.ts';
import { getSdr } from '../../../../src/bmc/ipmi/commands/get-sdr.ts';
import { getSdrRepositoryInfo } from '../../../../src/bmc/ipmi/commands/get-sdr-repository-info.ts';
import { getSelEntry } from '../../../../src/bmc/ipmi/commands/get-sel-entry.ts';
import { getSelInfo } from '../../../../src/bmc/ipmi/commands/get-sel-info.ts';
import { getSensorReading } from '../../../../src/bmc/ipmi/commands/get-sensor-reading.ts';
import { getSensorReadingFactors } from '../../../../src/bmc/ipmi/commands/get-sensor-reading-factors.ts';
import { getSensorThresholds } from '../../../../src/bmc/ipmi/commands/get-sensor-thresholds.ts';
import { reserveSdrRepository } from '../../../../src/bmc/ipmi/commands/reserve-sdr-repository.ts';
import { decodeSdrRecord } from '../../../../src/bmc/ipmi/sdr/decode-record.ts';
import { decodeIdString, encodeIdString } from '../../../../src/bmc/ipmi/sdr/id-string.ts';
import { crossingOf, decodeSelRecord } from '../../../../src/bmc/ipmi/sel-record.ts';
import { ipmiTime } from '../../../../src/bmc/ipmi/timestamp.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Answers of ipmi_sim (OpenIPMI 2.0.33) as `ipmitool raw` printed them. */
describe('answers of ipmi_sim', () => {
  const answer = <Response>(command: IpmiCommand<never, Response>, hex: string, value: Response) =>
    test(command.name, () => {
      expect(command.decodeResponse(bytes(hex))).toEqual({ ok: true, value });
    });

  answer(getSdrRepositoryInfo as IpmiCommand<never, unknown>, '51 02 00 fe ff 15 1c 00 6b 00 00 00 00 02', {
    records: 2,
    lastAddition: 0x6b001c15,
    lastErase: 0,
  });
  answer(reserveSdrRepository as IpmiCommand<never, unknown>, '03 00', 3);
  answer(getSdr as IpmiCommand<never, unknown>, '02 00 01 00 51 12 15', {
    nextRecordId: 2,
    data: bytes('01 00 51 12 15'),
  });
  answer(getSensorReading as IpmiCommand<never, unknown>, '28 c0 00 00', {
    raw: 40,
    scanning: true,
    unavailable: false,
    states: 0,
  });
  answer(getSensorReading as IpmiCommand<never, unknown>, 'aa c0 38 00', {
    raw: 170,
    scanning: true,
    unavailable: false,
    states: 0x38,
  });
  answer(getSensorThresholds as IpmiCommand<never, unknown>, '38 00 00 00 70 90 a0', {
    upperNonCritical: 0x70,
    upperCritical: 0x90,
    upperNonRecoverable: 0xa0,
  });
  answer(getSelInfo as IpmiCommand<never, unknown>, '51 00 00 80 3e 00 00 00 00 00 00 00 00 0a', {
    entries: 0,
    freeBytes: 16_000,
    overflow: false,
  });
  answer(
    getSelEntry as IpmiCommand<never, unknown>,
    '02 00 01 00 02 57 07 00 00 20 00 04 01 01 01 57 aa 70',
    { nextId: 2, record: bytes('01 00 02 57 07 00 00 20 00 04 01 01 01 57 aa 70') },
  );
});

describe('requests, as the tables of the specification lay them out', () => {
  test.each([
    [
      'Get SDR, 33.12',
      getSdr.encodeRequest({ reservation: 0x1234, recordId: 0x5678, offset: 5, count: 16 }),
      '34 12 78 56 05 10',
    ],
    ['Get SEL Entry, 31.5: the last one, whole', getSelEntry.encodeRequest(0xffff), '00 00 ff ff 00 ff'],
    ['Get Sensor Reading, 35.14', getSensorReading.encodeRequest(7), '07'],
    [
      'Get Sensor Reading Factors, 35.5',
      getSensorReadingFactors.encodeRequest({ sensor: 7, raw: 0x80 }),
      '07 80',
    ],
    ['Get SDR Repository Info, 33.9', getSdrRepositoryInfo.encodeRequest(undefined), ''],
  ])('%s', (_name, encoded, hex) => {
    expect(encoded).toEqual(bytes(hex));
  });

  test('Get Sensor Reading, the short answer: no comparison is not "all is well"', () => {
    expect(getSensorReading.decodeResponse(bytes('28 c0'))).toMatchObject({
      ok: true,
      value: { raw: 40, states: undefined },
    });
    expect(getSensorReading.decodeResponse(bytes('00 a0'))).toMatchObject({
      ok: true,
      value: { scanning: false, unavailable: true },
    });
  });

  test('Get Sensor Reading Factors: 10 bits of M and B and two exponents, all signed', () => {
    // M = -2, tolerance 3Fh, B = 1FFh, accuracy FFh, R exponent -3, B exponent 2
    expect(getSensorReadingFactors.decodeResponse(bytes('81 fe ff ff 7f ff d2'))).toEqual({
      ok: true,
      value: { nextRaw: 0x81, m: -2, b: 0x1ff, bExponent: 2, resultExponent: -3 },
    });
  });
});

describe('sensor records', () => {
  test('a full record, byte by byte (table 43-1)', () => {
    const head = '0b 00 51 01 33 20 00 30 0a 61 7f 68 02 01 00 00 00 00 3f 00';
    const unitsAndFactors = '80 04 00 00 40 40 f6 c0 00 d1';
    const nominal = '00 00 00 00 00 00';
    const limits = '64 5a 50 f0 ec e2';
    const tail = '02 02 00 00 00 c8 2b 31 32 56 20 50 53 55';
    const record = decodeSdrRecord(bytes([head, unitsAndFactors, nominal, limits, tail].join(' ')));
    expect(record).toEqual({
      ok: true,
      value: {
        kind: 'full',
        recordId: 11,
        owner: 0x20,
        ownerLun: 0,
        number: 0x30,
        entityId: 0x0a,
        entityInstance: 0x61,
        sensorType: 2,
        eventType: 1,
        name: '+12V PSU',
        units: { percentage: false, rate: 0, modifierUse: 'none', base: 4, modifier: 0 },
        analog: {
          encoding: 'twosComplement',
          linearization: 0,
          factors: { m: 0x140, b: -10, bExponent: 1, resultExponent: -3 },
        },
        thresholdAccess: 'settable',
        thresholds: {
          upperNonRecoverable: 0x64,
          upperCritical: 0x5a,
          upperNonCritical: 0x50,
          lowerNonRecoverable: 0xf0,
          lowerCritical: 0xec,
          lowerNonCritical: 0xe2,
        },
      },
    });
  });

  test('the locator of ipmi_sim has a name, and nothing else is read of it', () => {
    const hex = '01 00 51 12 15 20 00 00 8f 00 00 00 07 01 00 ca 68 61 67 61 74 65 20 73 69 6d';
    const value = { kind: 'controllerLocator', recordId: 1, name: 'hagate sim' };
    expect(decodeSdrRecord(bytes(hex))).toEqual({ ok: true, value });
  });

  test('a record of the maker is there, and that is all', () => {
    const value = { kind: 'other', recordId: 9, recordType: 0xc0 };
    expect(decodeSdrRecord(bytes('09 00 51 c0 02 01 02'))).toEqual({ ok: true, value });
  });

  test.each([
    ['8-bit ASCII', 'c5 46 61 6e 20 31', 'Fan 1'],
    // "IPMI" of section 43.15: 29h, 30h, 2Dh, 29h in six bits each
    ['6-bit ASCII', '83 29 dc a6', 'IPMI'],
    ['6-bit ASCII that ends in the middle', '82 29 dc', 'IP'],
    ['BCD plus', '43 12 3a 45', '123 45'],
    ['BCD plus, all its signs', '44 bc de f0 12', '-.:,_012'],
    ['what it calls unicode', '02 41 42', 'AB'],
    ['more than there is', 'df 41 42', 'AB'],
    ['none', 'c0', ''],
    ['no type/length byte at all', '', ''],
    ['signs that steer a terminal', 'c7 41 1b 5b 32 4a 9b 42', 'A [2J B'],
  ])('a name in %s', (_name, hex, text) => {
    expect(decodeIdString(bytes(hex), 0)).toBe(text);
  });

  test('a name of ours is cut at 16 characters', () => {
    expect(decodeIdString(encodeIdString('a name that is too long'), 0)).toBe('a name that is t');
  });
});

describe('entries of the event log', () => {
  test('a threshold event of ipmi_sim, from before its clock was set', () => {
    const record = decodeSelRecord(bytes('01 00 02 57 07 00 00 20 00 04 01 01 01 57 aa 70'));
    expect(record).toEqual({
      ok: true,
      value: {
        kind: 'event',
        id: 1,
        time: { kind: 'sinceStart', seconds: 1879 },
        generator: 0x20,
        sensorType: 1,
        sensorNumber: 1,
        eventType: 1,
        asserted: true,
        offset: 7,
        data: bytes('57 aa 70'),
      },
    });
    if (record.ok && record.value.kind === 'event') {
      expect(crossingOf(record.value)).toEqual({ reading: 0xaa, threshold: 0x70 });
    }
  });

  test.each([
    ['reading and threshold', '57 aa 70', { reading: 0xaa, threshold: 0x70 }],
    ['a reading only', '47 aa ff', { reading: 0xaa }],
    ['OEM codes in both bytes', 'a7 aa 70', {}],
    ['neither', '07 ff ff', {}],
  ])('event data with %s (table 29-6)', (_name, hex, expected) => {
    const record = decodeSelRecord(bytes(`01 00 02 00 00 00 60 20 00 04 01 01 81 ${hex}`));
    if (!record.ok || record.value.kind !== 'event') throw new Error('no event');
    expect(crossingOf(record.value)).toEqual(expected);
    expect(record.value.asserted).toBe(false);
  });

  test('records of the maker, with a time and without, and of a type that is kept free', () => {
    const timed = decodeSelRecord(bytes('0c 00 c0 00 b9 55 69 57 01 00 01 02 03 04 05 06'));
    expect(timed).toMatchObject({
      ok: true,
      value: { kind: 'oem', recordType: 0xc0, manufacturer: 343, data: bytes('010203040506') },
    });
    expect(timed.ok && timed.value.kind === 'oem' && timed.value.time).toEqual({
      kind: 'utc',
      at: '2026-01-01T00:00:00.000Z',
    });
    const bare = decodeSelRecord(bytes('0d 00 ff 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d'));
    const data = bytes('0102030405060708090a0b0c0d');
    expect(bare).toEqual({ ok: true, value: { kind: 'oem', id: 13, recordType: 0xff, data } });
    const kept = decodeSelRecord(bytes('0d 00 10 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d'));
    expect(kept).toEqual({ ok: true, value: { kind: 'reserved', id: 13, recordType: 0x10, data } });
  });

  test('any 16 bytes are an entry, and fewer are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (array) => {
        expect(decodeSelRecord(Buffer.from(array)).ok).toBe(array.length >= 16);
      }),
    );
  });
});

test.each([
  [0, { kind: 'sinceStart', seconds: 0 }],
  [0x20000000, { kind: 'sinceStart', seconds: 0x20000000 }],
  [0x20000001, { kind: 'utc', at: '1987-01-05T18:48:33.000Z' }],
  [0xfffffffe, { kind: 'utc', at: '2106-02-07T06:28:14.000Z' }],
  [0xffffffff, { kind: 'unset' }],
])('a timestamp of %i (section 37)', (seconds, time) => {
  expect(ipmiTime(seconds)).toEqual(time);
});
