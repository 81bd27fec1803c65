import { describe, expect, test } from 'vitest';
import { sleep } from '../../../src/core/clock.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { CallLimits, StopPort, StopReply } from '../../../src/core/ports.ts';
import type { Chain } from '../../../src/fence/methods.ts';
import {
  answered,
  answerOf,
  commandsOf,
  createFenceBench,
  type FenceBench,
  server1,
  server2,
} from './bench.ts';

/** A site's script: what it does after a while, and how often it was asked. */
const createScript = (options: {
  readonly provesOff?: boolean;
  readonly takesMs?: number;
  readonly reply?: Exclude<ErrorCode, never>;
  readonly stops?: boolean;
}) => {
  let bench: FenceBench | undefined;
  const runs: number[] = [];
  const stop = async ({ deadline, signal }: CallLimits, onStarted: () => void): Promise<StopReply> => {
    const { clock, bmc } = bench as FenceBench;
    runs.push(clock.nowMs());
    onStarted();
    const takesMs = options.takesMs ?? 10;
    const leftMs = deadline.remainingMs();
    await sleep(clock, Math.min(takesMs, leftMs), signal);
    if (signal?.calledOff || takesMs > leftMs)
      return { kind: 'unanswered', reason: { code: 'script.timedOut', message: 'the script took too long' } };
    if (options.stops) bmc().machine.press('off');
    return options.reply
      ? {
          kind: 'unanswered',
          reason: { code: options.reply, message: 'the script ended with 3' },
          exitCode: 3,
        }
      : { kind: 'accepted' };
  };
  const port: StopPort = { provesOff: options.provesOff ?? false, file: '/site/stop.sh', stop };
  return {
    runs,
    method: (limitMs: number) => ({ method: 'script', limitMs, port }) as const,
    sees(seen: FenceBench) {
      bench = seen;
      return seen;
    },
  };
};

const bmc = (limitMs: number) => ({ method: 'bmc', limitMs }) as const;
const nmiWait = (limitMs: number) => ({ method: 'nmiWait', limitMs }) as const;

const benchWith = (chain: Chain, options: Parameters<typeof createFenceBench>[0] = {}) =>
  createFenceBench({ ...options, chain });

const settled = async (bench: FenceBench): Promise<void> => {
  await bench.finish();
  expect(bench.clock.armed()).toBe(0);
  expect(bench.bmc().openSessions()).toBe(0);
};

describe('a chain', () => {
  test('ends at its first proof', async () => {
    const script = createScript({ stops: true });
    const bench = script.sees(benchWith([bmc(5_000), script.method(5_000)]));
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, proof: { by: 'bmc' } });
    expect(script.runs).toEqual([]);
    await settled(bench);
  });

  test('goes on to the script when the BMC is frozen, in its own time, and believes it where the configuration does', async () => {
    const script = createScript({ provesOff: true, takesMs: 1_000 });
    const bench = script.sees(benchWith([bmc(4_000), script.method(5_000)], { behaviour: { frozen: true } }));
    const startMs = bench.clock.nowMs();
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({
      outcome: 'confirmed',
      fenced: true,
      proof: { by: 'script', power: 'off' },
    });
    expect(script.runs).toEqual([startMs + 4_000]);
    expect(answer.waitedMs).toBe(5_000);
    await settled(bench);
  });

  test('reads the power after a script that only says that it worked', async () => {
    const script = createScript({ stops: true });
    const bench = script.sees(benchWith([script.method(5_000)]));
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, proof: { by: 'bmc', power: 'off' } });
    expect(commandsOf(bench.bmc())).toEqual([]);
    await settled(bench);
  });

  test('does not believe a script whose server reads on', async () => {
    const script = createScript({});
    const bench = script.sees(benchWith([script.method(5_000)]));
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false, accepted: true });
    expect(answer.reason?.message).toContain('do not fail over');
    await settled(bench);
  });

  test('is unknown when everything is dead, inside the deadline, and says what each method came to', async () => {
    const script = createScript({ takesMs: 60_000 });
    const bench = script.sees(benchWith([bmc(4_000), script.method(6_000)], { behaviour: { frozen: true } }));
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false });
    expect(answer.waitedMs).toBeGreaterThanOrEqual(14_750);
    expect(answer.waitedMs).toBeLessThanOrEqual(15_000);
    expect(answer.steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['bmc', 'script']));
    await settled(bench);
  });

  test('is refused where no method could do anything', async () => {
    const bench = benchWith([bmc(4_000), bmc(4_000)]);
    bench.bmc().failOpens('bmc.auth', 2);
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'refused', fenced: false, reason: { code: 'bmc.auth' } });
    await settled(bench);
  });

  test('tells a proof that comes after its last method', async () => {
    const script = createScript({ reply: 'script.failed' });
    const bench = script.sees(
      benchWith([bmc(4_000), script.method(2_000)], { times: { offDelayMs: 30_000 } }),
    );
    const asked = bench.ask('off');
    await bench.clock.advance(15_000);
    expect(answerOf(asked)).toMatchObject({ outcome: 'unknown', fenced: false });
    await bench.clock.advance(30_000);
    expect(bench.events('fence.provedLate')).toMatchObject([
      { data: { proof: { by: 'bmc', power: 'off' } } },
    ]);
    await settled(bench);
  });

  test('that hangs in a script holds up no other server', async () => {
    const script = createScript({ takesMs: 60_000 });
    const bench = script.sees(benchWith([script.method(10_000), bmc(2_000)]));
    bench.ask('off', { server: server1 });
    await bench.clock.advance(100);
    const other = bench.ask('status', { server: server2 });
    await bench.clock.advance(100);
    expect(answerOf(other)).toMatchObject({ outcome: 'confirmed' });
    await settled(bench);
  });
});

describe('a script on record', () => {
  const told = (bench: FenceBench) =>
    bench.offered.flatMap(({ type, severity, data }) =>
      type === 'fence.scriptStarted' || type === 'fence.scriptEnded' ? [{ type, severity, data }] : [],
    );
  const about = { job: 'job-1', server: server1, file: '/site/stop.sh' };
  const started = { type: 'fence.scriptStarted', severity: undefined, data: about };

  test('that completes', async () => {
    const script = createScript({ stops: true });
    const bench = script.sees(benchWith([script.method(5_000)]));
    await answered(bench, 'off');
    expect(told(bench)).toEqual([
      started,
      {
        type: 'fence.scriptEnded',
        severity: 'info',
        data: { ...about, result: 'completed', exitCode: 0 },
      },
    ]);
    await settled(bench);
  });

  test.each([
    ['fails', createScript({ reply: 'script.failed' }), { result: 'failed', exitCode: 3 }],
    ['takes too long', createScript({ takesMs: 60_000 }), { result: 'timedOut' }],
  ])('that %s', async (_how, script, expected) => {
    const bench = script.sees(benchWith([script.method(2_000), bmc(9_000)]));
    await answered(bench, 'off');
    const ended = { type: 'fence.scriptEnded', severity: 'warning' };
    const message = expect.stringContaining('the script');
    expect(told(bench)).toEqual([started, { ...ended, data: { ...about, ...expected, message } }]);
    await settled(bench);
  });

  test('that cannot be started', async () => {
    const reason = { code: 'script.notStarted', message: 'the script is missing' } as const;
    const port: StopPort = {
      ...{ provesOff: false, file: '/site/stop.sh' },
      stop: async () => ({ kind: 'notSent', reason }),
    };
    const bench = benchWith([{ method: 'script', limitMs: 2_000, port }, bmc(9_000)]);
    await answered(bench, 'off');
    expect(told(bench)).toMatchObject([
      { type: 'fence.scriptEnded', data: { result: 'notStarted', message: reason.message } },
    ]);
    await settled(bench);
  });

  test('that is called off did not run out of time', async () => {
    const script = createScript({ takesMs: 60_000 });
    const bench = script.sees(benchWith([script.method(10_000)]));
    bench.ask('off');
    await bench.clock.advance(1_000);
    const stopped = bench.service.stop();
    await bench.clock.advance(1_000);
    await stopped;
    expect(told(bench)).toMatchObject([{}, { data: { result: 'failed' } }]);
    await settled(bench);
  });

  test('keeps neither the script nor the answer waiting for a disk that hangs', async () => {
    const script = createScript({ provesOff: true });
    const bench = script.sees(benchWith([script.method(5_000)]));
    const startMs = bench.clock.nowMs();
    bench.journal.holdAppends(true);
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ fenced: true, journalled: false });
    // Only the request itself may hold the script up, for 500 ms; then the outcome may take as long.
    expect(script.runs).toEqual([startMs + 500]);
    expect(answer.waitedMs).toBeLessThanOrEqual(1_010);
    bench.journal.holdAppends(false);
    await settled(bench);
  });

  test('says that no BMC was asked to power off', async () => {
    const script = createScript({ stops: true });
    const scriptOnly = script.sees(benchWith([nmiWait(500), script.method(5_000)]));
    await answered(scriptOnly, 'off');
    expect(scriptOnly.events('fence.requested')[0]?.data).toMatchObject({ withoutBmc: true });
    const both = benchWith([script.method(5_000), bmc(5_000)]);
    script.sees(both);
    await answered(both, 'off');
    expect(both.events('fence.requested')[0]?.data).not.toHaveProperty('withoutBmc');
    await settled(both);
  });
});

describe('nmiWait', () => {
  test('sends the NMI once, waits its time, then powers off', async () => {
    const bench = benchWith([nmiWait(3_000), bmc(10_000)]);
    const startMs = bench.clock.nowMs();
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(
      bench
        .bmc()
        .controls()
        .map(({ call, atMs }) => [call, Math.round((atMs - startMs) / 100) * 100]),
    ).toEqual([
      ['nmi', 0],
      ['off', 3_000],
    ]);
    await settled(bench);
  });

  test('that the BMC refuses costs no time', async () => {
    const bench = benchWith([nmiWait(5_000), bmc(10_000)]);
    bench.bmc().faultControls('bmc.rejected');
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(answer.waitedMs).toBeLessThan(100);
    await settled(bench);
  });
});

test('a job that a restart cut off runs neither its NMI nor its script again, and reads before it powers off', async () => {
  const script = createScript({ stops: true });
  const bench = script.sees(benchWith([nmiWait(1_000), script.method(1_000), bmc(9_000)]));
  const job = { id: 'old', server: server1, action: 'off', requester: 'test', remainingMs: 9_000 } as const;
  void bench.service.resume({ interrupted: [job], mayComeOn: [], stopped: [] });
  await bench.clock.advance(5_000);
  expect(script.runs).toEqual([]);
  expect(commandsOf(bench.bmc())).toEqual(['off']);
  expect(
    bench
      .bmc()
      .calls.map(({ call }) => call)
      .slice(0, 3),
  ).toEqual(['open', 'read', 'off']);
  expect(bench.events('fence.finished')[0]?.data).toMatchObject({
    job: 'old',
    outcome: 'confirmed',
    fenced: true,
  });
  await settled(bench);
});

test('a cycle uses the BMC alone: a script cannot switch the server on again', async () => {
  const script = createScript({ stops: true });
  const bench = script.sees(benchWith([script.method(5_000), bmc(5_000)]));
  expect(await answered(bench, 'cycle')).toMatchObject({ outcome: 'confirmed', fenced: true });
  expect(script.runs).toEqual([]);
  await settled(bench);
});
