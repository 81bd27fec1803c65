import { ok } from '../../core/result.ts';
import { type Decoded, tooShort } from './decoded.ts';
import { eventTypes, type PlatformEvent } from './tables/event-words.ts';
import { type IpmiTime, ipmiTime } from './timestamp.ts';

/** A system event record, IPMI 2.0 table 32-1. */
export interface SystemEvent extends PlatformEvent {
  readonly kind: 'event';
  readonly id: number;
  readonly time: IpmiTime;
  /** Who tells: a controller's slave address (even, 20h is the BMC), or a software id (odd). */
  readonly generator: number;
  readonly sensorNumber: number;
  /** Event data 1 to 3, section 29.7. */
  readonly data: Buffer;
}

/** A record of the BMC's maker; without `time` where its type (E0h-FFh) has none (tables 32-2 and 32-3). */
export interface OemEvent {
  readonly kind: 'oem';
  readonly id: number;
  readonly recordType: number;
  readonly time?: IpmiTime;
  /** IANA enterprise number. */
  readonly manufacturer?: number;
  readonly data: Buffer;
}

/** A record of a type that the specification keeps for itself. */
export interface ReservedRecord {
  readonly kind: 'reserved';
  readonly id: number;
  readonly recordType: number;
  readonly data: Buffer;
}

export type SelRecord = SystemEvent | OemEvent | ReservedRecord;

export const selRecordLength = 16;
export const systemEventType = 0x02;
const firstOemTimestamped = 0xc0;
const firstOemBare = 0xe0;
const deassertion = 0x80;
/** The event message format of IPMI 1.5 and 2.0. */
const eventFormat = 0x04;

/** One entry of a system event log, IPMI 2.0 section 32. */
export const decodeSelRecord = (bytes: Buffer): Decoded<SelRecord> => {
  if (bytes.length < selRecordLength) return tooShort;
  const id = bytes.readUInt16LE(0);
  const recordType = bytes[2] as number;
  const time = ipmiTime(bytes.readUInt32LE(3));
  if (recordType >= firstOemBare) return ok({ kind: 'oem', id, recordType, data: bytes.subarray(3, 16) });
  if (recordType >= firstOemTimestamped) {
    const manufacturer = bytes.readUIntLE(7, 3);
    return ok({ kind: 'oem', id, recordType, time, manufacturer, data: bytes.subarray(10, 16) });
  }
  if (recordType !== systemEventType) {
    return ok({ kind: 'reserved', id, recordType, data: bytes.subarray(3, 16) });
  }
  const direction = bytes[12] as number;
  return ok({
    kind: 'event',
    id,
    time,
    generator: bytes[7] as number,
    sensorType: bytes[10] as number,
    sensorNumber: bytes[11] as number,
    eventType: direction & ~deassertion,
    asserted: (direction & deassertion) === 0,
    offset: (bytes[13] as number) & 0x0f,
    data: bytes.subarray(13, 16),
  });
};

/** What a threshold sensor's event tells of its raw reading and of the threshold that it crossed (table 29-6). */
export const crossingOf = ({
  eventType,
  data,
}: SystemEvent): { readonly reading?: number; readonly threshold?: number } => {
  if (eventType !== eventTypes.threshold) return {};
  const [first = 0, reading = 0, threshold = 0] = data;
  return {
    ...(first >> 6 === 1 && { reading }),
    ...(((first >> 4) & 3) === 1 && { threshold }),
  };
};

/** A system event as bytes, for simulators and tests; `seconds` is its timestamp as the BMC's clock counts. */
export const encodeSystemEvent = (
  event: Omit<SystemEvent, 'kind' | 'time' | 'offset'> & { readonly seconds: number },
): Buffer => {
  const bytes = Buffer.alloc(selRecordLength);
  bytes.writeUInt16LE(event.id, 0);
  bytes[2] = systemEventType;
  bytes.writeUInt32LE(event.seconds, 3);
  bytes[7] = event.generator;
  bytes[9] = eventFormat;
  bytes[10] = event.sensorType;
  bytes[11] = event.sensorNumber;
  bytes[12] = event.eventType | (event.asserted ? 0 : deassertion);
  event.data.copy(bytes, 13, 0, 3);
  return bytes;
};
