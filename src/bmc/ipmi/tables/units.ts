/** Sensor unit type codes by number, IPMI 2.0 table 43-15. */
const units: readonly string[] = [
  ...['', 'degrees C', 'degrees F', 'degrees K', 'volts', 'amps', 'watts', 'joules', 'coulombs', 'VA'],
  ...['nits', 'lumen', 'lux', 'candela', 'kPa', 'PSI', 'newton', 'CFM', 'RPM', 'Hz'],
  ...['us', 'ms', 's', 'min', 'hours', 'days', 'weeks', 'mil', 'inches', 'feet'],
  ...['cubic inches', 'cubic feet', 'mm', 'cm', 'm', 'cubic cm', 'cubic m', 'liters', 'fluid ounces'],
  ...['radians', 'steradians', 'revolutions', 'cycles', 'gravities', 'ounces', 'pounds', 'foot-pounds'],
  ...['ounce-inches', 'gauss', 'gilberts', 'henry', 'millihenry', 'farad', 'microfarad', 'ohms', 'siemens'],
  ...['mole', 'becquerel', 'PPM', 'reserved', 'decibels', 'dBA', 'dBC', 'gray', 'sievert'],
  ...['color temperature K', 'bits', 'kilobits', 'megabits', 'gigabits', 'bytes', 'kilobytes', 'megabytes'],
  ...['gigabytes', 'words', 'dwords', 'qwords', 'lines', 'hits', 'misses', 'retries', 'resets'],
  ...['overruns', 'underruns', 'collisions', 'packets', 'messages', 'characters', 'errors'],
  ...['correctable errors', 'uncorrectable errors', 'fatal errors', 'grams'],
];

const rates: readonly string[] = ['', 'us', 'ms', 's', 'minute', 'hour', 'day'];

/** Sensor units 1 to 3 of an SDR, IPMI 2.0 table 43-1 bytes 21 to 23. */
export interface SensorUnits {
  readonly percentage: boolean;
  /** Per how long, 0 where it is no rate; an index from 1 (per microsecond) to 6 (per day). */
  readonly rate: number;
  /** What the modifier unit does to the base unit. */
  readonly modifierUse: 'none' | 'divide' | 'multiply';
  readonly base: number;
  readonly modifier: number;
}

const unitText = (unit: number): string => units[unit] ?? `unit ${unit}`;

/** A unit for people, such as `degrees C`, `% RPM` or `bytes / s`; empty where there is none. */
export const unitsText = ({ percentage, rate, modifierUse, base, modifier }: SensorUnits): string => {
  const joint = { none: '', divide: ` / ${unitText(modifier)}`, multiply: ` * ${unitText(modifier)}` };
  const per = rates[rate] ? ` / ${rates[rate]}` : '';
  return [percentage ? '%' : '', `${unitText(base)}${joint[modifierUse]}${per}`].filter(Boolean).join(' ');
};
