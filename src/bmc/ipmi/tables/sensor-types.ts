/** Sensor type codes by number, IPMI 2.0 table 42-3; C0h to FFh are the manufacturer's. */
export const sensorTypes: Readonly<Record<number, string>> = {
  1: 'Temperature',
  2: 'Voltage',
  3: 'Current',
  4: 'Fan',
  5: 'Physical Security',
  6: 'Platform Security',
  7: 'Processor',
  8: 'Power Supply',
  9: 'Power Unit',
  10: 'Cooling Device',
  11: 'Other Units-based Sensor',
  12: 'Memory',
  13: 'Drive Slot',
  14: 'POST Memory Resize',
  15: 'System Firmware Progress',
  16: 'Event Logging Disabled',
  17: 'Watchdog 1',
  18: 'System Event',
  19: 'Critical Interrupt',
  20: 'Button',
  21: 'Module or Board',
  22: 'Microcontroller',
  23: 'Add-in Card',
  24: 'Chassis',
  25: 'Chip Set',
  26: 'Other FRU',
  27: 'Cable or Interconnect',
  28: 'Terminator',
  29: 'System Boot Initiated',
  30: 'Boot Error',
  31: 'OS Boot',
  32: 'OS Stop',
  33: 'Slot or Connector',
  34: 'System ACPI Power State',
  35: 'Watchdog 2',
  36: 'Platform Alert',
  37: 'Entity Presence',
  38: 'Monitor ASIC',
  39: 'LAN',
  40: 'Management Subsystem Health',
  41: 'Battery',
  42: 'Session Audit',
  43: 'Version Change',
  44: 'FRU State',
};

const firstOemType = 0xc0;

export const hexText = (byte: number): string => `${byte.toString(16).padStart(2, '0').toUpperCase()}h`;

/** A sensor type for people; one that the specification does not name keeps its number. */
export const sensorTypeText = (type: number): string =>
  sensorTypes[type] ?? `${type >= firstOemType ? 'OEM' : 'reserved'} sensor type ${hexText(type)}`;
