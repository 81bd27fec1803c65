import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventTypes } from '../../../src/events/catalogue.ts';
import { typesMatching } from '../../../src/events/glob.ts';

test.each([
  ['*', [...eventTypes]],
  ['config.*', ['config.reloaded', 'config.rejected']],
  ['*.started', ['gateway.started']],
  ['*ga*way*st*rted', ['gateway.started']],
  ['bmc.answered', ['bmc.answered']],
  ['bmc.answered*', ['bmc.answered']],
  ['bmc.', []],
  ['bmc*bmc.answered', []],
  ['*answered*answered', []],
  ['bmc.answere?', []],
  ['bmc.[a]*', []],
  ['', []],
])('%s', (glob, types) => {
  expect(typesMatching([glob])).toEqual(types);
});

test('several globs name each type once, in the order of the catalogue', () => {
  expect(typesMatching(['config.rejected', 'config.*', 'gateway.stopped'])).toEqual([
    'gateway.stopped',
    'config.reloaded',
    'config.rejected',
  ]);
});

test('a glob matches exactly what the regular expression of the same meaning matches', () => {
  const part = fc.constantFrom('*', 'b', 'mc', '.', 'e', 'd', 'fence', 'answered', 'identity');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const glob = parts.join('');
      const expected = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
      expect(typesMatching([glob])).toEqual(eventTypes.filter((type) => expected.test(type)));
    }),
  );
});

test('a hostile glob costs no time', () => {
  expect(typesMatching([`${'*e'.repeat(100_000)}x`])).toEqual([]);
});
