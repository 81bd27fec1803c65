import type { PlatformEvent } from '../../bmc/ipmi/tables/event-words.ts';

/** The enterprise of Platform Event Traps (IPMI PET format specification 1.0). */
export const petEnterprise = '1.3.6.1.4.1.3183.1.1';

/** Offset of a trap that names no state. */
export const unspecifiedOffset = 0x0f;

const deassertion = 0x80;
const largest = 0xffffff;

/**
 * The parts of a PET's specific-trap number: sensor type, event type, direction and offset, a byte for the last
 * two. Undefined where the number has more than three bytes. The masks are those that FreeIPMI uses.
 */
export const splitSpecificTrap = (specific: number): PlatformEvent | undefined => {
  if (!Number.isInteger(specific) || specific < 0 || specific > largest) return undefined;
  return {
    sensorType: specific >> 16,
    eventType: (specific >> 8) & 0xff,
    asserted: (specific & deassertion) === 0,
    offset: specific & 0x0f,
  };
};

/** The specific-trap number of a platform event. */
export const specificTrap = ({ sensorType, eventType, asserted, offset }: PlatformEvent): number =>
  (sensorType << 16) | (eventType << 8) | (asserted ? 0 : deassertion) | offset;
