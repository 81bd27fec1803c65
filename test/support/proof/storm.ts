import fc from 'fast-check';
import { createGround, type Ground } from './ground.ts';
import { type MixOptions, perform, stepOf } from './mix.ts';
import { breachesOf, leftBehind } from './rules.ts';

export interface StormOptions {
  /** How long it lasts, in virtual time. */
  readonly virtualMs: number;
  readonly seed: number;
}

/** What a storm of faults came to. */
export interface Storm {
  readonly virtualMs: number;
  readonly asked: number;
  readonly orders: number;
  readonly datagrams: number;
  readonly faults: number;
  readonly fenced: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly breaches: readonly string[];
}

const servers = {
  server1: { machine: { offDelayMs: 500, onDelayMs: 500 } },
  server2: { machine: { offDelayMs: 3000, onDelayMs: 1500 } },
  server3: { machine: { offDelayMs: 90, onDelayMs: 90 }, warm: true },
  server4: { machine: { offDelayMs: 4000, onDelayMs: 500 }, warm: true },
} as const;

const mix: MixOptions = {
  servers: Object.keys(servers),
  pausesMs: [0, 2, 30, 150, 500, 999, 2000],
  mends: 4,
};

const stepsAtOnce = 500;

/** Steps without end; the seed repeats them. */
function* stepsFrom(seed: number) {
  const step = stepOf(mix);
  for (let batch = 0; ; batch += 1) yield* fc.sample(step, { numRuns: stepsAtOnce, seed: seed + batch });
}

const tally = (words: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};

const figuresOf = (ground: Ground, faults: number): Omit<Storm, 'breaches' | 'virtualMs'> => ({
  asked: ground.asked.length,
  orders: ground.orders.length,
  datagrams: ground.network.sent(),
  faults,
  fenced: ground.asked.filter(({ answer }) => answer?.fenced).length,
  outcomes: tally(ground.asked.map(({ answer }) => answer?.outcome ?? 'none')),
});

/** Faults come and go at four servers, whose addresses change hands, while stops are asked for: all at random. */
export const runStorm = async ({ virtualMs, seed }: StormOptions): Promise<Storm> => {
  const ground = createGround({ servers, seed });
  let faults = 0;
  for (const step of stepsFrom(seed)) {
    if (ground.clock.nowMs() >= virtualMs) break;
    if (step.do === 'break') faults += 1;
    await perform(ground, step);
  }
  const lastedMs = ground.clock.nowMs();
  for (const server of ground.servers()) server.clearFaults();
  await ground.finish();
  await ground.close();
  return {
    virtualMs: lastedMs,
    ...figuresOf(ground, faults),
    breaches: [...breachesOf(ground), ...leftBehind(ground)],
  };
};
