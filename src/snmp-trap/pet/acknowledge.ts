import type { PetAcknowledgement } from '../../core/ports.ts';
import type { TrapNotification } from '../codec/notification.ts';
import { decodePet, type PetRecord, petVarbindOf } from './record.ts';
import { isPet } from './values.ts';

/** The acknowledgement of a trap; what the trap left unspecified goes back as it came. */
export const acknowledgementOf = (pet: PetRecord, bytes: Buffer): PetAcknowledgement => ({
  sequence: pet.sequence,
  localSeconds: pet.localSeconds ?? 0,
  eventSource: bytes.readUInt8(25),
  sensorDevice: bytes.readUInt8(27),
  sensorNumber: bytes.readUInt8(28),
  eventData: Buffer.from(pet.eventData.subarray(0, 3)),
});

/** What its BMC is to be told of a notification; undefined where it is no PET, or an inform, which has its answer. */
export const acknowledgementFor = (notification: TrapNotification): PetAcknowledgement | undefined => {
  if (notification.kind === 'inform' || !isPet(notification)) return undefined;
  const bytes = petVarbindOf(notification.varbinds);
  const pet = bytes && decodePet(bytes);
  return bytes && pet?.ok ? acknowledgementOf(pet.value, bytes) : undefined;
};
