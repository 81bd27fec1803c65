import type { PetAcknowledge } from '../../bmc/ipmi/commands/pet-acknowledge.ts';
import type { PetRecord } from './record.ts';

/** The acknowledgement of a trap; what the trap left unspecified goes back as it came. */
export const acknowledgementOf = (pet: PetRecord, bytes: Buffer): PetAcknowledge => ({
  sequence: pet.sequence,
  localSeconds: pet.localSeconds ?? 0,
  eventSource: bytes.readUInt8(25),
  sensorDevice: bytes.readUInt8(27),
  sensorNumber: bytes.readUInt8(28),
  eventData: pet.eventData.subarray(0, 3),
});
