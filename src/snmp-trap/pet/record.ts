import { type Decoded, tooShort } from '../../bmc/ipmi/decoded.ts';
import { ok } from '../../core/result.ts';
import type { Varbind } from '../codec/notification.ts';
import { oemFieldsOf } from './oem-fields.ts';

/** Event severities of a PET by their byte; 0 is "unspecified". */
export const petSeverities = {
  0: 'unspecified',
  1: 'monitor',
  2: 'information',
  4: 'ok',
  8: 'nonCritical',
  16: 'critical',
  32: 'nonRecoverable',
} as const;
export type PetSeverity = (typeof petSeverities)[keyof typeof petSeverities];

/** The variable binding of a Platform Event Trap. Fields that say "unspecified" are undefined. */
export interface PetRecord {
  /** 32 hex digits in the order of the wire. */
  readonly guid: string;
  /** The same again where the BMC sends a trap again. */
  readonly sequence: number;
  /** Seconds since 1998-01-01 00:00, in the BMC's local time. */
  readonly localSeconds: number | undefined;
  /** As sent, in minutes: receivers disagree whether to add or to subtract it, so nothing is computed from it. */
  readonly utcOffsetMinutes: number | undefined;
  readonly trapSource: number;
  readonly eventSource: number | undefined;
  /** Missing where the byte is none that is defined; `severityByte` has it. */
  readonly severity: PetSeverity | undefined;
  readonly severityByte: number;
  readonly sensorDevice: number | undefined;
  readonly sensorNumber: number | undefined;
  readonly entity: number | undefined;
  readonly entityInstance: number | undefined;
  /** Event data 1 to 8; IPMI uses three, the low nibble of the first is the offset. */
  readonly eventData: Buffer;
  readonly language: number | undefined;
  /** IANA enterprise number. */
  readonly manufacturer: number;
  readonly systemId: number;
  /** OEM custom fields as sent, at most 64 bytes. */
  readonly oem: Buffer;
  readonly oemFields: readonly Buffer[];
}

/** OpenIPMI takes 46 bytes, FreeIPMI wants 47 (with the end of the OEM list). */
export const shortestPet = 46;
const longestPet = 110;

/**
 * The bytes of the PET among the varbinds. FreeIPMI names it `…3183.1.1.1`, OpenIPMI `…3183.1.1`, so type and length
 * tell it, not its name.
 */
export const petVarbindOf = (varbinds: readonly Varbind[]): Buffer | undefined => {
  for (const { value } of varbinds) {
    if (value.type === 'octetString' && value.value.length >= shortestPet) return value.value;
  }
  return undefined;
};

const unless = (unspecified: number, value: number): number | undefined =>
  value === unspecified ? undefined : value;

const severityNamed = (byte: number): PetSeverity | undefined =>
  Object.hasOwn(petSeverities, byte) ? petSeverities[byte as keyof typeof petSeverities] : undefined;

/**
 * Reads the one variable binding of a PET. Numbers of more than one byte are big-endian (libfreeipmi
 * `ipmi-platform-event-trap-record-format.h`). Bytes after the 110th are none of the format and are passed over.
 */
export const decodePet = (bytes: Buffer): Decoded<PetRecord> => {
  if (bytes.length < shortestPet) return tooShort;
  const byte = (at: number): number => bytes.readUInt8(at);
  const severityByte = byte(26);
  const oem = bytes.subarray(shortestPet, longestPet);
  return ok({
    guid: bytes.toString('hex', 0, 16),
    sequence: bytes.readUInt16BE(16),
    trapSource: byte(24),
    severityByte,
    eventData: bytes.subarray(31, 39),
    manufacturer: bytes.readUInt32BE(40),
    systemId: bytes.readUInt16BE(44),
    oem,
    oemFields: oemFieldsOf(oem),
    localSeconds: unless(0, bytes.readUInt32BE(18)),
    utcOffsetMinutes: bytes.readUInt16BE(22) === 0xffff ? undefined : bytes.readInt16BE(22),
    eventSource: unless(0xff, byte(25)),
    severity: severityNamed(severityByte),
    sensorDevice: unless(0xff, byte(27)),
    sensorNumber: byte(28) === 0 ? undefined : unless(0xff, byte(28)),
    entity: unless(0, byte(29)),
    entityInstance: unless(0, byte(30)),
    language: unless(0xff, byte(39)),
  });
};

const epochMs = Date.UTC(1998, 0, 1);

/** The BMC's local time as it would be written there, without a zone: `2011-10-10T20:50:46`. */
export const localTimeText = (localSeconds: number): string =>
  new Date(epochMs + localSeconds * 1000).toISOString().slice(0, 19);

/** GUID, sequence, time and what else of the first bytes names one event of one sensor. */
const identityBytes = 29;

/**
 * What makes two PETs one that was sent again: GUID, sequence, time, sensor and specific trap. Undefined where the BMC
 * gives no time, since its sequence alone may be a constant, and a new alarm must not pass for an old one. `bytes` are
 * those of {@link petVarbindOf}.
 */
export const retryIdentityOf = (bytes: Buffer, specific: number): string | undefined =>
  bytes.readUInt32BE(18) === 0 ? undefined : `${specific} ${bytes.toString('latin1', 0, identityBytes)}`;
