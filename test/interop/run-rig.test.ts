import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { run } from './rig/run.ts';

describe('run', () => {
  test('gives what the program wrote and how it ended', async () => {
    const ended = await run(['sh', '-c', 'cat; echo "$WORD" >&2; exit 3'], {
      env: { WORD: 'secret' },
      input: 'hello',
    });
    expect(ended).toMatchObject({
      code: 3,
      signal: null,
      stdout: 'hello',
      stderr: 'secret\n',
      timedOut: false,
    });
  });

  test('kills the whole process group when its time is over', async () => {
    const ended = await run(['sh', '-c', 'sleep 60 & echo $!; wait'], { timeoutMs: 300 });
    expect(ended).toMatchObject({ code: null, signal: 'SIGKILL', timedOut: true });
    expect(ended.ms).toBeLessThan(2_000);
    const grandchild = Number(ended.stdout);
    expect(grandchild).toBeGreaterThan(1);
    for (let waited = 0; waited < 50 && existsSync(`/proc/${grandchild}/exe`); waited += 1) await pause(20);
    expect(existsSync(`/proc/${grandchild}/exe`)).toBe(false);
  });

  test('keeps the first MiB of each stream, and lets the program write on', async () => {
    const ended = await run(['sh', '-c', 'head -c 3000000 /dev/zero; echo done >&2']);
    expect(ended.stdout).toHaveLength(1024 * 1024);
    expect(ended).toMatchObject({ code: 0, stderr: 'done\n' });
  });

  test('a program that is not there is an error that names it', async () => {
    await expect(run(['noroshi-no-such-program'])).rejects.toThrow(
      'noroshi-no-such-program could not be started',
    );
  });
});
