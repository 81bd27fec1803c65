import { test } from 'vitest';
import { withstandTraps } from '../support/traps/barrage-suite.ts';

const datagrams = 100_000;
const seed = 1;

test(`the trap receiver withstands ${datagrams} hostile datagrams`, { timeout: 180_000 }, () =>
  withstandTraps(datagrams, seed),
);
