import { describe, expect, it } from 'vitest';
import { createFlight } from '../../../../src/bridge/mqtt/flight.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a flight', () => {
  it('lets so many be under way, and the others follow in their order', async () => {
    const flight = createFlight();
    const gone: number[] = [];
    for (let index = 0; index < 6; index += 1) void flight.board().then(() => gone.push(index));
    await settle();
    expect(gone).toEqual([]);
    flight.widen(2);
    await settle();
    expect(gone).toEqual([0, 1]);
    flight.land();
    await settle();
    expect(gone).toEqual([0, 1, 2]);
    flight.widen(4);
    await settle();
    expect(gone).toEqual([0, 1, 2, 3, 4]);
  });

  it('turns away who waits, and who comes later, once it is closed', async () => {
    const flight = createFlight();
    const waiting = flight.board();
    flight.close(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    await expect(flight.board()).rejects.toThrow('over');
  });
});
