import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createCallOff } from '../../../src/core/call-off.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { type ProgramOptions, runProgram } from '../../../src/io/program.ts';
import { until } from '../../support/bounded.ts';

const environment = { PATH: process.env.PATH ?? '/usr/bin:/bin' };

const sh = (script: string, options: Partial<ProgramOptions> = {}) =>
  runProgram(['sh', '-c', script], { clock: systemClock, environment, limitMs: 10_000, ...options });

/** Whether a process is there and not only waiting to be reaped. */
const lives = (pid: string): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const gone = (pid: string) => until(() => !lives(pid), 2_000, `process ${pid} to be gone`);

it('tells the exit code and both outputs', async () => {
  expect(await sh('echo out; echo err >&2; exit 3')).toEqual({
    end: { kind: 'exit', code: 3 },
    stdout: 'out\n',
    stderr: 'err\n',
  });
});

it('passes words as they are: there is no shell', async () => {
  const { stdout } = await runProgram(['printf', '%s|', '$HOME;', 'a b', '*'], {
    clock: systemClock,
    environment,
    limitMs: 5_000,
  });
  expect(stdout).toBe('$HOME;|a b|*|');
});

it('gives the environment it was given, and nothing of our own', async () => {
  process.env.NOROSHI_TEST_SECRET = 'ours';
  const { stdout } = await sh('env', { environment: { ...environment, ONE: '1' } });
  delete process.env.NOROSHI_TEST_SECRET;
  expect(stdout).toContain('ONE=1\n');
  expect(stdout).not.toContain('NOROSHI_TEST_SECRET');
});

it('has nothing to read, so that a question of the program ends it', async () => {
  expect(await sh('read answer; echo "$?"')).toMatchObject({ stdout: '1\n' });
});

it('tells death by a signal', async () => {
  expect((await sh('kill -ABRT $$')).end).toEqual({ kind: 'signal', name: 'SIGABRT' });
});

it.each([
  ['no such file', ['no-such-program']],
  ['a word that cannot be passed', ['sh', 'a\0b']],
])('tells that a program was not started: %s', async (_what, argv) => {
  const { end } = await runProgram(argv, { clock: systemClock, environment, limitMs: 1_000 });
  expect(end.kind).toBe('notStarted');
});

it('kills a program that hangs, with its children, when its time is up', async () => {
  const startedAt = performance.now();
  const { end, stdout } = await sh('trap "" TERM; sleep 60 & echo $!; echo $$; wait', { limitMs: 300 });
  expect(end).toEqual({ kind: 'limit' });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  for (const pid of stdout.trim().split('\n')) await gone(pid);
});

it('kills it when it is called off, and starts nothing after that', async () => {
  const { signal, callOff } = createCallOff();
  const running = sh('sleep 60', { signal });
  callOff();
  expect((await running).end).toEqual({ kind: 'calledOff' });
  expect((await sh('echo no', { signal })).end.kind).toBe('notStarted');
});

it('kills what a program leaves behind, and does not wait for it', async () => {
  const startedAt = performance.now();
  const { end, stdout } = await sh('sleep 60 & echo $!; exit 0');
  expect(end).toEqual({ kind: 'exit', code: 0 });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await gone(stdout.trim());
});

it('does not wait for a descendant that left the group and holds its output open', async () => {
  const startedAt = performance.now();
  const { end } = await sh('setsid sleep 5 & sleep 0.2; exit 0');
  expect(end).toEqual({ kind: 'exit', code: 0 });
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

it('kills a flood, and keeps no more of it than the limit', async () => {
  const { end, stdout, stderr } = await sh('yes >&2 & yes', { maxOutputBytes: 10_000 });
  expect(end).toEqual({ kind: 'flooded' });
  expect(stdout.length + stderr.length).toBeLessThanOrEqual(10_000);
});
