import { isIPv4 } from 'node:net';
import { CodedError } from '../core/errors.ts';
import type { Varbind, VarbindValue } from '../snmp-trap/codec/notification.ts';
import { mostVarbinds } from '../snmp-trap/codec/varbinds.ts';

/** Varbinds as words of a command line: `OID TYPE VALUE`, with the type letters of Net-SNMP's snmptrap(1). */

const wrong = (message: string): CodedError => new CodedError('usage', message);

const mostArcs = 128;

/** An OID in dotted numbers, with or without a leading dot (RFC 2578 section 3.5: 128 arcs of 32 bits at most). */
export const oidOf = (word: string): string => {
  const dotted = word.replace(/^\./, '');
  const arcs = dotted.split('.').map(Number);
  const [first = 3, second = 0] = arcs;
  const isOid = /^\d{1,10}(\.\d{1,10})+$/.test(dotted) && arcs.length <= mostArcs;
  if (!isOid || arcs.some((arc) => arc >= 2 ** 32) || first > 2 || (first < 2 && second >= 40))
    throw wrong(`"${word}" is no OID in numbers, such as 1.3.6.1.6.3.1.1.5.3`);
  return dotted;
};

const wholeNumber = (word: string, least: bigint, most: bigint): bigint => {
  const value = /^-?\d{1,20}$/.test(word) ? BigInt(word) : undefined;
  if (value === undefined || value < least || value > most)
    throw wrong(`"${word}" is no whole number from ${least} to ${most}`);
  return value;
};

const unsigned32 = (word: string): number => Number(wholeNumber(word, 0n, 2n ** 32n - 1n));

/** Hex as tcpdump, Wireshark or a mail writes it: blanks, line ends, colons, commas and `0x` are passed over. */
export const bytesOfHex = (text: string): Buffer | undefined => {
  const digits = text.replaceAll(/0x|[\s:,]/gi, '');
  const isHex = digits.length % 2 === 0 && /^[0-9a-f]*$/i.test(digits);
  return isHex ? Buffer.from(digits, 'hex') : undefined;
};

const hexOctets = (word: string): Buffer => {
  const bytes = bytesOfHex(word);
  if (!bytes) throw wrong(`"${word}" is no row of hex digits, two for each byte`);
  return bytes;
};

const addressOf = (word: string): string => {
  if (!isIPv4(word)) throw wrong(`"${word}" is no IPv4 address`);
  return word;
};

const types: Readonly<Record<string, (word: string) => VarbindValue>> = {
  i: (word) => ({ type: 'integer', value: Number(wholeNumber(word, -(2n ** 31n), 2n ** 31n - 1n)) }),
  u: (word) => ({ type: 'gauge32', value: unsigned32(word) }),
  c: (word) => ({ type: 'counter32', value: unsigned32(word) }),
  C: (word) => ({ type: 'counter64', value: wholeNumber(word, 0n, 2n ** 64n - 1n) }),
  t: (word) => ({ type: 'timeTicks', value: unsigned32(word) }),
  s: (word) => ({ type: 'octetString', value: Buffer.from(word) }),
  x: (word) => ({ type: 'octetString', value: hexOctets(word) }),
  o: (word) => ({ type: 'oid', value: oidOf(word) }),
  a: (word) => ({ type: 'ipAddress', value: addressOf(word) }),
};

/** The type letters, for a help text. */
export const typeLetters =
  'i INTEGER, u Gauge32, c Counter32, C Counter64, t TimeTicks, s text, x octets in hex, o OID, a IPv4 address';

/** The varbinds that the words say. Throws a `usage` error where they say none. */
export const varbindsOfWords = (words: readonly string[]): Varbind[] => {
  if (words.length % 3 !== 0)
    throw wrong(`a varbind is OID TYPE VALUE, and ${words.length} words are left for them`);
  if (words.length / 3 > mostVarbinds) throw wrong(`more than ${mostVarbinds} varbinds`);
  const varbinds: Varbind[] = [];
  for (let at = 0; at < words.length; at += 3) {
    const [oid = '', type = '', value = ''] = words.slice(at, at + 3);
    const read = Object.hasOwn(types, type) ? types[type] : undefined;
    if (!read) throw wrong(`"${type}" is no type of a varbind (${typeLetters})`);
    varbinds.push({ oid: oidOf(oid), value: read(value) });
  }
  return varbinds;
};
