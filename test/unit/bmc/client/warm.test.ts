import { expect, test } from 'vitest';
import type { LoggedIn } from '../../../../src/bmc/client/login.ts';
import { defaultWarmTiming, keepWarm } from '../../../../src/bmc/client/warm.ts';
import { getSessionInfo } from '../../../../src/bmc/ipmi/commands/get-session-info.ts';
import { sleep } from '../../../../src/core/clock.ts';
import { CodedError, type ErrorCode } from '../../../../src/core/errors.ts';
import type { CallLimits } from '../../../../src/core/ports.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';

/** A BMC that only counts what a warm session does to it. */
const createBench = (options: { refuse?: ErrorCode; active?: number; stepMs?: number } = {}) => {
  const clock = createVirtualClock();
  const startMs = clock.nowMs();
  /** How long each answer of the BMC takes, unless the caller calls it off. */
  const answer = async ({ signal }: CallLimits) => {
    await sleep(clock, options.stepMs ?? 0, signal);
    if (signal?.calledOff) throw new CodedError('bmc.timeout');
  };
  const seen = { logins: 0, open: 0, signsOfLife: 0, silent: false };
  const logIn = async (limits: CallLimits): Promise<LoggedIn> => {
    seen.logins += 1;
    if (options.stepMs) await answer(limits);
    if (options.refuse) throw new CodedError(options.refuse);
    seen.open += 1;
    const request = async ({ name }: { name: string }, _data: unknown, limits: CallLimits) => {
      if (options.stepMs) await answer(limits);
      if (seen.silent) throw new CodedError('bmc.timeout');
      if (name === getSessionInfo.name) return { handle: 1, possible: 4, active: options.active ?? 1 };
      seen.signsOfLife += 1;
      return {};
    };
    const close = async () => {
      seen.open -= 1;
    };
    return { guid: 'aa', session: { request, requestOnce: async () => 0, close } as LoggedIn['session'] };
  };
  return { clock, startMs, seen, warm: keepWarm({ clock, timing: defaultWarmTiming, logIn }) };
};

test('one session is opened, kept alive, lent once at a time, and closed at the end', async () => {
  const { clock, seen, warm } = createBench();
  await clock.advance(60_000);
  expect(seen).toMatchObject({ logins: 1, open: 1, signsOfLife: 4 });
  const taken = warm.take();
  expect(taken?.guid).toBe('aa');
  expect(warm.take()).toBeUndefined();
  if (taken) warm.giveBack(taken);
  await warm.close();
  expect(seen.open).toBe(0);
  expect(clock.armed()).toBe(0);
});

test('a BMC whose last free slot it would take gets it back', async () => {
  const { clock, seen, warm } = createBench({ active: 4 });
  await clock.advance(10);
  expect(seen).toMatchObject({ logins: 1, open: 0 });
  expect(warm.take()).toBeUndefined();
  await warm.close();
});

test.each(['bmc.auth', 'bmc.user', 'bmc.kg', 'bmc.privilege', 'bmc.cipherSuite', 'bmc.version'] as const)(
  'a login that is refused (%s) is never repeated',
  async (refuse) => {
    const { clock, seen, warm } = createBench({ refuse });
    await clock.advance(3_600_000);
    expect(seen.logins).toBe(1);
    await warm.close();
  },
);

test('a BMC that is silent is tried again, ever more rarely', async () => {
  const { clock, seen, warm } = createBench({ refuse: 'bmc.timeout' });
  await clock.advance(10_000);
  expect(seen.logins).toBe(4);
  await clock.advance(3_600_000);
  expect(seen.logins).toBeLessThan(25);
  await warm.close();
  expect(clock.armed()).toBe(0);
});

test('a session that was lost is closed and opened anew', async () => {
  const { clock, seen, warm } = createBench();
  await clock.advance(10);
  seen.silent = true;
  await clock.advance(15_000);
  expect(seen.open).toBe(0);
  seen.silent = false;
  await clock.advance(5_000);
  expect(seen).toMatchObject({ logins: 2, open: 1 });
  await warm.close();
});

test.each([0, 5, 15])(
  'a login under way at the end, %d ms old, is finished and its session closed',
  async (ageMs) => {
    const { clock, seen, warm } = createBench({ stepMs: 10 });
    await clock.advance(ageMs);
    const closing = warm.close();
    await clock.advance(100);
    await closing;
    expect(seen.open).toBe(0);
    expect(clock.armed()).toBe(0);
  },
);

test('a login that never ends is called off in good time', async () => {
  const { clock, startMs, warm } = createBench({ stepMs: 3_600_000 });
  await clock.advance(10);
  const closing = warm.close().then(() => clock.nowMs() - startMs);
  await clock.advance(2_000);
  expect(await closing).toBe(710);
});
