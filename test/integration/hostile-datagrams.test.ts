import { test } from 'vitest';
import { withstand } from '../support/proof/barrage-suite.ts';

const datagrams = 20_000;
const seed = 1;

test(`the daemon withstands ${datagrams} hostile datagrams`, { timeout: 60_000 }, () =>
  withstand(datagrams, seed),
);
