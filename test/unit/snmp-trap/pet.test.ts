import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { petAcknowledge } from '../../../src/bmc/ipmi/commands/pet-acknowledge.ts';
import { acknowledgementOf } from '../../../src/snmp-trap/pet/acknowledge.ts';
import { petMeaning } from '../../../src/snmp-trap/pet/meaning.ts';
import { decodePet, localTimeText, retryIdentityOf } from '../../../src/snmp-trap/pet/record.ts';
import { specificTrap, splitSpecificTrap } from '../../../src/snmp-trap/pet/specific-trap.ts';

/** FreeIPMI 1.6.10, man page ipmi-pet.8: a Dell host, specific trap 356224. */
const golden = Buffer.from(
  '44454c4c500010598043b2c04f333358000219e87e26ffff202004207318008001ff000000000019000002a20100c1',
  'hex',
);

const decoded = (bytes: Buffer) => {
  const result = decodePet(bytes);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
};

const event = (specific: number) => {
  const split = splitSpecificTrap(specific);
  if (!split) throw new Error('no specific trap of a PET');
  return split;
};

describe('the golden vector', () => {
  it('decodes field by field', () => {
    expect(golden).toHaveLength(47);
    expect(decoded(golden)).toEqual({
      guid: '44454c4c500010598043b2c04f333358',
      sequence: 2,
      localSeconds: 434_667_046,
      trapSource: 0x20,
      eventSource: 0x20,
      severity: 'ok',
      severityByte: 4,
      sensorDevice: 0x20,
      sensorNumber: 0x73,
      entity: 0x18,
      eventData: Buffer.from('8001ff0000000000', 'hex'),
      language: 0x19,
      manufacturer: 674,
      systemId: 0x100,
      oem: Buffer.from('c1', 'hex'),
      oemFields: [],
    });
    expect(localTimeText(434_667_046)).toBe('2011-10-10T20:50:46');
  });

  it('splits its specific trap', () => {
    expect(event(356_224)).toEqual({ sensorType: 5, eventType: 0x6f, asserted: false, offset: 0 });
  });

  it('is acknowledged in 12 bytes, least significant byte first', () => {
    const bytes = petAcknowledge.encodeRequest(acknowledgementOf(decoded(golden), golden));
    expect(bytes.toString('hex')).toBe('0200267ee8192020738001ff');
    expect([petAcknowledge.netFn, petAcknowledge.command]).toEqual([0x04, 0x17]);
  });
});

describe('a record', () => {
  it('needs 46 bytes; what comes after the 110th is passed over', () => {
    expect(decodePet(golden.subarray(0, 45))).toEqual({ ok: false, failure: 'tooShort' });
    expect(decoded(golden.subarray(0, 46)).oem).toHaveLength(0);
    expect(decoded(Buffer.concat([golden, Buffer.alloc(200)])).oem).toHaveLength(64);
  });

  it('leaves out what is unspecified, and keeps the offset from UTC as it was sent', () => {
    const bytes = Buffer.from(golden);
    bytes.fill(0, 18, 22);
    bytes.writeInt16BE(-540, 22);
    bytes.fill(0xff, 25, 26);
    bytes.set([0xff, 0x00, 0x00, 0x00], 27);
    bytes[39] = 0xff;
    bytes[26] = 0x03;
    const { localSeconds, eventSource, severity, sensorNumber, entity, language, utcOffsetMinutes } =
      decoded(bytes);
    expect({ localSeconds, eventSource, severity, sensorNumber, entity, language }).toEqual({});
    expect(utcOffsetMinutes).toBe(-540);
  });

  it('has its OEM fields until C1h, and none that is cut off', () => {
    const fields = Buffer.from('c3414243 02c1c1 c1 ff'.replaceAll(' ', ''), 'hex');
    expect(decoded(Buffer.concat([golden.subarray(0, 46), fields])).oemFields).toEqual([
      Buffer.from('ABC'),
      Buffer.from('c1c1', 'hex'),
    ]);
    expect(decoded(Buffer.concat([golden.subarray(0, 46), Buffer.from([0x05, 1])])).oemFields).toEqual([]);
  });

  it('is the same when it is sent again, and never without a time', () => {
    const identity = retryIdentityOf(golden, 356_224);
    expect(retryIdentityOf(Buffer.from(golden), 356_224)).toBe(identity);
    expect(retryIdentityOf(golden, 356_096)).not.toBe(identity);
    const next = Buffer.from(golden);
    next.writeUInt16BE(3, 16);
    expect(retryIdentityOf(next, 356_224)).not.toBe(identity);
    next.fill(0, 18, 22);
    expect(retryIdentityOf(next, 356_224)).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 150 }), (bytes) => void decodePet(Buffer.from(bytes))));
  });
});

it('specific traps split and join; a fourth byte is none', () => {
  fc.assert(
    fc.property(fc.nat(0xffffff), (specific) => {
      expect(specificTrap(event(specific & ~0x70))).toBe(specific & ~0x70);
    }),
  );
  expect(splitSpecificTrap(0x1000000)).toBeUndefined();
});

describe('what a trap means', () => {
  it.each([
    ['fan failure', 0x040102, { transition: 'begins', condition: 'lowerCritical', level: 'critical' }],
    ['its end', 0x040182, { transition: 'ends', conditions: ['lowerCritical'] }],
    ['above the lower threshold again', 0x040103, { transition: 'ends', conditions: ['lowerCritical'] }],
    ['voltage critical', 0x020301, { transition: 'begins', condition: 'state', level: 'critical' }],
    ['the other state of the pair', 0x020300, { transition: 'ends', conditions: ['state'] }],
    ['and by the bit', 0x020381, { transition: 'ends', conditions: ['state'] }],
    ['the good state is over', 0x020380, { transition: 'begins', condition: 'state' }],
    ['a drive is there', 0x0d0801, { transition: 'ends', conditions: ['absent'] }],
    ['a drive is gone', 0x0d0800, { transition: 'begins', condition: 'absent' }],
    ['to OK', 0x080700, { transition: 'ends', conditions: ['nonCritical', 'critical', 'nonRecoverable'] }],
    [
      'to non-critical from worse',
      0x080704,
      { transition: 'begins', condition: 'nonCritical', alsoEnds: ['critical', 'nonRecoverable'] },
    ],
    ['an unknown event type', 0x08700f, { transition: 'tells', level: 'information' }],
    ['an unspecified offset', 0x08010f, { transition: 'tells' }],
  ])('%s', (_name, specific, meaning) => {
    expect(petMeaning(event(specific))).toMatchObject(meaning);
  });

  it('takes the severity of the trap before the one of the offset', () => {
    const failed = event(0x086f01);
    expect(petMeaning(failed)).toMatchObject({ level: 'critical' });
    expect(petMeaning(failed, 'unspecified')).toMatchObject({ level: 'critical' });
    expect(petMeaning(failed, 'nonRecoverable')).toMatchObject({ level: 'nonRecoverable' });
    expect(petMeaning(failed, 'ok')).toMatchObject({ transition: 'ends', conditions: ['state1'] });
    expect(petMeaning(failed, 'information')).toMatchObject({ transition: 'tells' });
  });

  it('ends by deassertion exactly what assertion begins', () => {
    fc.assert(
      fc.property(
        fc.nat(0x2f),
        fc.constantFrom(1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x6f),
        fc.nat(14),
        (...parts) => {
          const [sensorType, eventType, offset] = parts;
          const begins = petMeaning({ sensorType, eventType, offset, asserted: true });
          if (begins.transition !== 'begins') return;
          const ends = petMeaning({ sensorType, eventType, offset, asserted: false });
          expect(ends).toMatchObject({ transition: 'ends', conditions: [begins.condition] });
        },
      ),
    );
  });
});
