import { expect, test } from 'vitest';
import { changedCredentials } from '../../../src/app/credentials.ts';
import type { ServerConfig } from '../../../src/config/load.ts';
import { Secret } from '../../../src/core/secret.ts';

const server = (secrets: Readonly<Record<string, string>>, host = '192.0.2.1'): ServerConfig => ({
  pinIdentity: true,
  bmc: {
    model: 'ipmi',
    driver: 'native',
    options: { host },
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, new Secret(value)])),
  },
});

test.each<[string, ServerConfig, ServerConfig, boolean]>([
  ['the same', server({ password: 'a', kg: 'k' }), server({ kg: 'k', password: 'a' }), false],
  ['another address', server({ password: 'a' }), server({ password: 'a' }, '192.0.2.2'), false],
  ['another password', server({ password: 'a' }), server({ password: 'b' }), true],
  ['a password that begins alike', server({ password: 'a' }), server({ password: 'ab' }), true],
  ['a new K_g', server({ password: 'a' }), server({ password: 'a', kg: 'k' }), true],
  ['no K_g any more', server({ password: 'a', kg: 'k' }), server({ password: 'a' }), true],
  ['no BMC any more', server({ password: 'a' }), { pinIdentity: true }, false],
  ['a first BMC', { pinIdentity: true }, server({ password: 'a' }), false],
])('%s', (_what, before, after, changed) => {
  const other = server({ password: 'x' });
  expect(changedCredentials({ other, one: before }, { one: after, other })).toEqual(changed ? ['one'] : []);
});

test('a server that came or went has no changed credentials', () => {
  const one = server({ password: 'a' });
  expect(changedCredentials({ one }, { other: one })).toEqual([]);
});
