import { expect, test } from 'vitest';
import { ownerOfLamp } from '../../../src/panel/identify-owner.ts';

test.each([
  [['server1', 'server2'], 'server2', 'server1'],
  [['server1', 'server2'], 'server1', 'server2'],
  [['control'], 'server1', 'control'],
  [['server1'], 'server1', undefined],
])('of owners %j the lamp of %s is lit by %s', (owners, server, owner) => {
  expect(ownerOfLamp(owners, server)).toBe(owner);
});
