import { test } from 'vitest';
import { countFrom } from '../support/proof/figures.ts';
import { withstandTraps } from '../support/traps/barrage-suite.ts';

const datagrams = countFrom('NOROSHI_TRAPS', 2_000_000);
const seed = countFrom('NOROSHI_SEED', 20_261_121);

test(`the trap receiver withstands ${datagrams} hostile datagrams`, () => withstandTraps(datagrams, seed));
