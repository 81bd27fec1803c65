import { describe, expect, test } from 'vitest';
import { type Peer, peer, suitePlan } from '../support/peers.ts';

const here: Peer = { available: true, path: '/usr/bin/ipmitool' };
const missing: Peer = { available: false, reason: 'socat is not installed' };

describe('a suite with peers', () => {
  test('runs where all of them are there', () => {
    expect(suitePlan([here, here], false)).toEqual({ kind: 'run' });
    expect(suitePlan([here], true)).toEqual({ kind: 'run' });
  });

  test('is skipped with its reason on a user machine, and fails where CI=true', () => {
    expect(suitePlan([here, missing], false)).toEqual({ kind: 'skip', reason: 'socat is not installed' });
    expect(suitePlan([missing, here], true)).toEqual({ kind: 'fail', reason: 'socat is not installed' });
  });
});

test('a peer is found outside of PATH too, or its reason names the package and the way to it', () => {
  const found = peer('ipmipower');
  if (found.available) expect(found.path).toMatch(/\/ipmipower$/);
  else expect(found.reason).toContain('freeipmi-tools');
});
