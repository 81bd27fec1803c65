import { describe, expect, test } from 'vitest';
import { decodeAsf, encodeAsf } from '../../../src/bmc/ipmi/asf.ts';
import { decodeRmcp, encodeRmcp } from '../../../src/bmc/ipmi/rmcp.ts';
import { type Arrival, type Bench, type BenchOptions, createBench } from './bench.ts';
import { administrator, control } from './requests.ts';

/** A question that any BMC answers, with a number that the answer repeats. */
const ping = (tag: number): Buffer => encodeRmcp('asf', encodeAsf({ type: 'ping', tag }));

const tagOf = ({ datagram }: Arrival): number | 'garbage' => {
  const rmcp = decodeRmcp(datagram);
  const pong = rmcp.ok && rmcp.value.rmcpClass === 'asf' ? decodeAsf(rmcp.value.body) : undefined;
  return pong?.ok ? pong.value.tag : 'garbage';
};

const tags = (bench: Bench) => bench.arrived.map(tagOf);

/** Sends pings 1 to `count`, 10 ms apart, and waits until everything is over. */
const pinged = async (faults: BenchOptions['faults'], count: number, seed = 1): Promise<Bench> => {
  const bench = createBench({ faults: faults ?? {}, seed });
  for (let tag = 1; tag <= count; tag += 1) {
    bench.send(ping(tag));
    await bench.clock.advance(10);
  }
  await bench.clock.advance(60_000);
  expect(bench.clock.armed()).toBe(0);
  return bench;
};

test('without faults every answer comes at once, from the port that was asked', async () => {
  const bench = await pinged({}, 3);
  expect(tags(bench)).toEqual([1, 2, 3]);
  expect(bench.arrived.map(({ atMs, from }) => [atMs, from])).toEqual([
    [0, undefined],
    [10, undefined],
    [20, undefined],
  ]);
});

test('frozen: nothing goes in, nothing comes out', async () => {
  const bench = createBench({ faults: { frozen: true } });
  bench.send(ping(1));
  bench.faults.set({ frozen: false });
  bench.send(ping(2));
  expect(tags(bench)).toEqual([2]);
});

describe('drop', () => {
  test('every n-th answer', async () => {
    expect(tags(await pinged({ drop: { every: 3, direction: 'out' } }, 7))).toEqual([1, 2, 4, 5, 7]);
  });

  test('every n-th question and every n-th answer', async () => {
    expect(tags(await pinged({ drop: { every: 3 } }, 7))).toEqual([1, 2, 5, 7]);
  });

  test('all, or none', async () => {
    expect(tags(await pinged({ drop: true }, 5))).toEqual([]);
    expect(tags(await pinged({ drop: 0 }, 5))).toEqual([1, 2, 3, 4, 5]);
  });

  test('a dropped question does nothing, a dropped answer does not undo it', () => {
    const bench = createBench({ faults: { drop: { every: 1, direction: 'in' } } });
    const console = administrator(bench);
    bench.send(console.sealed(control('reset')));
    expect(bench.machine.counts().reset).toBe(0);
    bench.faults.set({ drop: { every: 1, direction: 'out' } });
    bench.send(console.sealed(control('reset')));
    expect(bench.machine.counts().reset).toBe(1);
    expect(bench.arrived).toEqual([]);
  });

  test('by chance: about as often as told, and the seed repeats it', async () => {
    const run = async (seed: number) => tags(await pinged({ drop: 0.3 }, 250, seed));
    const first = await run(42);
    expect(first.length).toBeGreaterThan(250 * 0.49 - 35);
    expect(first.length).toBeLessThan(250 * 0.49 + 35);
    expect(await run(42)).toEqual(first);
    expect(await run(43)).not.toEqual(first);
  });
});

describe('duplicate', () => {
  test('answers come twice', async () => {
    expect(tags(await pinged({ duplicate: { every: 2, direction: 'out' } }, 4))).toEqual([1, 2, 2, 3, 4, 4]);
  });

  test('questions arrive twice, and are done once: the sequence number says so', () => {
    const bench = createBench({ faults: { duplicate: { every: 1, direction: 'in' } } });
    const console = administrator(bench);
    bench.send(console.sealed(control('reset')));
    expect(bench.machine.counts().reset).toBe(1);
    expect(bench.arrived).toHaveLength(1);
  });
});

describe('reorder', () => {
  test('an answer is overtaken by the next', async () => {
    expect(tags(await pinged({ reorder: { every: 2, direction: 'out' } }, 6))).toEqual([1, 3, 2, 4, 6, 5]);
  });

  test('the last one is not lost, only late', async () => {
    const bench = await pinged({ reorder: { every: 1, direction: 'out' } }, 1);
    expect(bench.arrived.map(({ atMs }) => atMs)).toEqual([1000]);
  });

  test('both directions have their own place', async () => {
    expect(tags(await pinged({ reorder: true }, 4)).toSorted()).toEqual([1, 2, 3, 4]);
  });

  test('one that is held when the fault is switched off goes on in its time', async () => {
    const bench = createBench({ faults: { reorder: { every: 1, direction: 'out' } } });
    bench.send(ping(1));
    bench.faults.clear();
    bench.send(ping(2));
    await bench.clock.advance(1000);
    expect(tags(bench)).toEqual([2, 1]);
  });
});

describe('delay', () => {
  const times = ({ arrived }: Bench) => arrived.map(({ atMs }) => atMs);

  test('so many milliseconds in each direction', async () => {
    expect(times(await pinged({ delay: 50 }, 2))).toEqual([100, 110]);
    expect(times(await pinged({ delay: { ms: 50, direction: 'out' } }, 2))).toEqual([50, 60]);
  });

  test('jitter stays within its bounds, overtakes, and is repeated by the seed', async () => {
    const faults = { delay: { ms: 20, jitterMs: 80, direction: 'in' } } as const;
    const bench = await pinged(faults, 50);
    for (const arrival of bench.arrived) {
      const took = arrival.atMs - ((tagOf(arrival) as number) - 1) * 10;
      expect(took).toBeGreaterThanOrEqual(20);
      expect(took).toBeLessThan(100);
    }
    expect(tags(bench)).not.toEqual(tags(bench).toSorted((a, b) => Number(a) - Number(b)));
    expect(times(await pinged(faults, 50))).toEqual(times(bench));
  });

  test('a closed BMC lets nothing more out', async () => {
    const bench = createBench({ faults: { delay: 50 } });
    bench.send(ping(1));
    bench.stop();
    expect(bench.clock.armed()).toBe(0);
  });
});

describe('garbage', () => {
  test('comes instead of answers', async () => {
    const bench = await pinged({ garbage: true }, 40);
    expect(tags(bench)).toEqual(Array(40).fill('garbage'));
    const likeRmcp = bench.arrived.filter(({ datagram }) => decodeRmcp(datagram).ok);
    expect(likeRmcp.length).toBeGreaterThan(5);
    expect(likeRmcp.length).toBeLessThan(35);
  });

  test('comes before answers', async () => {
    expect(tags(await pinged({ garbage: 'before' }, 2))).toEqual(['garbage', 1, 'garbage', 2]);
  });

  test('is the same again with the same seed', async () => {
    const bytes = async (seed: number) => (await pinged({ garbage: true }, 5, seed)).arrived;
    expect(await bytes(5)).toEqual(await bytes(5));
    expect(await bytes(5)).not.toEqual(await bytes(6));
  });
});

test('otherPort: every answer comes from another port', async () => {
  const bench = await pinged({ otherPort: true }, 2);
  expect(bench.arrived.map(({ from }) => from)).toEqual(['otherPort', 'otherPort']);
});

describe('together', () => {
  test('garbage, doubled, late and from another port', async () => {
    const bench = await pinged({ garbage: 'before', duplicate: true, delay: 5, otherPort: true }, 1);
    expect(tags(bench).toSorted()).toEqual([1, 1, 1, 1, 'garbage', 'garbage', 'garbage', 'garbage']);
    expect(new Set(bench.arrived.map(({ from }) => from))).toEqual(new Set(['otherPort']));
    expect(new Set(bench.arrived.map(({ atMs }) => atMs))).toEqual(new Set([10]));
  });

  test('one copy of a doubled answer can be lost', async () => {
    const out = { every: 2, direction: 'out' } as const;
    expect(tags(await pinged({ duplicate: { every: 1, direction: 'out' }, drop: out }, 3))).toEqual([
      1, 2, 3,
    ]);
  });

  test('a fault does not disturb the chance of another', async () => {
    const lost = tags(await pinged({ drop: { probability: 0.5, direction: 'in' } }, 50));
    const late = await pinged({ drop: { probability: 0.5, direction: 'in' }, delay: { jitterMs: 5 } }, 50);
    expect(tags(late)).toEqual(lost);
  });
});
