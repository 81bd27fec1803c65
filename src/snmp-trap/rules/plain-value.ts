import { isUtf8 } from 'node:buffer';
import type { Varbind, VarbindValue } from '../codec/notification.ts';

/** A value as rules compare it and texts show it. */
export type PlainValue = string | number;

/** Longest text of one value, in characters. */
export const longestValue = 255;
const hexBytes = 64;

/** Control characters, line separators, and marks that turn the direction of writing: none is to reach a log. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]+/gu;

/** A text from outside on one line, without control characters, of bounded length. */
export const cleaned = (text: string, longest = longestValue): string => {
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(unprintable, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};

const isBinary = /[^\P{Cc}\t\n\r]/u;

const textOf = (bytes: Buffer): string | undefined => {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8', 0, 4 * longestValue).replace(/\0+$/, '');
  return isBinary.test(text) ? undefined : text;
};

const hexOf = (bytes: Buffer): string => {
  const shown = bytes.toString('hex', 0, hexBytes);
  return bytes.length > hexBytes ? `${shown}…` : shown;
};

/** An octet string is text where it is UTF-8 without control characters (a trailing NUL is let pass), else hex. */
const plain = (value: VarbindValue): PlainValue => {
  switch (value.type) {
    case 'integer':
    case 'counter32':
    case 'gauge32':
    case 'timeTicks':
      return value.value;
    case 'counter64':
      return value.value.toString();
    case 'octetString': {
      const text = textOf(value.value);
      return text === undefined ? hexOf(value.value) : cleaned(text);
    }
    case 'opaque':
      return hexOf(value.value);
    case 'oid':
    case 'ipAddress':
      return cleaned(value.value);
    case 'null':
      return '';
  }
};

export const plainValue = ({ value }: Varbind): PlainValue => plain(value);
