import { test } from 'vitest';
import { withstand } from '../support/proof/barrage-suite.ts';
import { countFrom } from '../support/proof/figures.ts';

const datagrams = countFrom('NOROSHI_DATAGRAMS', 1_000_000);
const seed = countFrom('NOROSHI_SEED', 20_261_120);

test(`the daemon withstands ${datagrams} hostile datagrams`, () => withstand(datagrams, seed));
