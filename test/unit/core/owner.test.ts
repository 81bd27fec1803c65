import { expect, test } from 'vitest';
import { ownerFor } from '../../../src/core/owner.ts';

test.each([
  [['server1', 'server2'], 'server2', 'server1'],
  [['server1', 'server2'], 'server1', 'server2'],
  [['control'], 'server1', 'control'],
  [['server1'], 'server1', undefined],
])('of owners %j %s is seen to by %s', (owners, server, owner) => {
  expect(ownerFor(owners, server)).toBe(owner);
});
