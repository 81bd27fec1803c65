import { fenceActions } from '../../../src/core/outcome.ts';
import { type Cell, runCell } from './cell.ts';
import { type Row, rows } from './rows.ts';

/** Every action with one fault. */
export interface MatrixRow {
  readonly row: Row;
  readonly cells: readonly Cell[];
}

/** Runs every cell, one after the other: some 300 conversations, of which none shares anything with another. */
export const runMatrix = async (): Promise<MatrixRow[]> => {
  const matrix: MatrixRow[] = [];
  for (const row of rows) {
    const cells: Cell[] = [];
    for (const action of fenceActions) cells.push(await runCell(row, action));
    matrix.push({ row, cells });
  }
  return matrix;
};
