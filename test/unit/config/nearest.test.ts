import { expect, it } from 'vitest';
import { nearest, unknownWord } from '../../../src/config/nearest.ts';

const known = ['port', 'host', 'privilege', 'cipherSuites', 'passwordFile'];

it.each([
  ['prot', 'port'],
  ['hots', 'host'],
  ['ports', 'port'],
  ['ciphersuites', 'cipherSuites'],
  ['password_file', 'passwordFile'],
  ['privelige', 'privilege'],
  ['fan', undefined],
  ['x'.repeat(5000), undefined],
])('%s is near to %s', (word, expected) => {
  expect(nearest(word, known)).toBe(expected);
});

it('lists what is known where nothing is near', () => {
  expect(unknownWord('key', 'fan', ['a-key', 'b-key'])).toBe('unknown key; known here: a-key, b-key');
  expect(unknownWord('key', 'fan', [])).toBe('unknown key');
});
