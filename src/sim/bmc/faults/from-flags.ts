import { faultCatalogue, faultNames } from './catalogue.ts';

type Scalar = string | number | boolean;

/** Digits that are a number and stay the same as one; a GUID of 32 digits is a text. */
const numberForm = /^-?\d{1,15}(\.\d{1,15})?$/;

const scalarOf = (text: string): Scalar => {
  if (text === 'true' || text === 'false') return text === 'true';
  return numberForm.test(text) ? Number(text) : text;
};

const pairOf = (text: string): [string, Scalar] => {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, true] : [text.slice(0, colon), scalarOf(text.slice(colon + 1))];
};

const settingOf = (text: string): unknown => {
  const parts = text.split(',');
  if (text.includes(':')) return Object.fromEntries(parts.map(pairOf));
  return parts.length > 1 ? parts.map(scalarOf) : scalarOf(text);
};

/**
 * Faults as a command line gives them: `frozen` (true), `busy=3`, `refusesSuite=17,3` (a list),
 * `drop=every:3,direction:out` (an object). What is wrong with them is for the schema to say.
 */
export const faultsFromFlags = (flags: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    flags.map((flag) => {
      const equals = flag.indexOf('=');
      return equals < 0 ? [flag, true] : [flag.slice(0, equals), settingOf(flag.slice(equals + 1))];
    }),
  );

/** One line for each fault: its name, and the form of its value. */
export const faultHelp = (): string => {
  const width = Math.max(...faultNames.map((name) => name.length));
  return faultNames.map((name) => `  ${name.padEnd(width)}  ${faultCatalogue[name].form}`).join('\n');
};
