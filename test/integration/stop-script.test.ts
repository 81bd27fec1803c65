import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCallOff } from '../../src/core/call-off.ts';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import type { CallLimits } from '../../src/core/ports.ts';
import { createStopScript } from '../../src/stop/script.ts';
import { until } from '../support/bounded.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'noroshi-script-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scriptOf = (name: string, body: string, verifiesOff = false, supportsCheck = false) => {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  const script = { file, server: 'server2', local: 'server1', verifiesOff, supportsCheck };
  return createStopScript(script, { clock: systemClock, path: '/usr/bin:/bin' });
};

const ignored = () => undefined;

const limits = (limitMs = 5_000): CallLimits => ({
  deadline: deadlineIn(systemClock, limitMs),
  priority: 'forcedStop',
});

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a forced-stop script', () => {
  test("is told by the product's variables, and inherits nothing else", async () => {
    process.env.NOROSHI_TEST_SECRET = 'must not get through';
    const said = join(folder, 'said');
    const port = scriptOf('env', `env | sort > ${said}; echo "$#" >> ${said}`);
    expect(await port.stop(limits(), ignored)).toEqual({ kind: 'accepted' });
    delete process.env.NOROSHI_TEST_SECRET;
    const lines = readFileSync(said, 'utf8')
      .split('\n')
      .filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line));
    expect(lines).toEqual([
      ...[
        'CLP_FORCESTOP_MODE=1',
        'CLP_SERVER_DOWN=server2',
        'CLP_SERVER_LOCAL=server1',
        'PATH=/usr/bin:/bin',
      ],
      ...['0', ''],
    ]);
  });

  test.each([true, false])('proves by itself only where the configuration says so (%s)', (verifies) => {
    expect(scriptOf('word', 'exit 0', verifies).provesOff).toBe(verifies);
  });

  test('that fails says how, in its own last words; what it did is not known', async () => {
    const port = scriptOf('fails', 'echo trying; echo "no power switch found" >&2; exit 3');
    expect(await port.stop(limits(), ignored)).toMatchObject({
      kind: 'unanswered',
      exitCode: 3,
      reason: {
        code: 'script.failed',
        message: expect.stringMatching(/exit code 3; it wrote last: no power switch found/),
      },
    });
  });

  test('that hangs is killed at its limit with all that it started', async () => {
    const pids = join(folder, 'pids');
    const port = scriptOf('hangs', `sleep 300 & echo $! > ${pids}; trap '' TERM; wait; sleep 300`);
    const reply = await port.stop(limits(500), ignored);
    expect(reply).toMatchObject({ kind: 'unanswered', reason: { code: 'script.timedOut' } });
    const child = Number(readFileSync(pids, 'utf8'));
    expect(child).toBeGreaterThan(1);
    await until(() => !lives(child), 3_000, 'the end of what the script had started');
  });

  test('that is called off is killed', async () => {
    const mark = join(folder, 'mark');
    const port = scriptOf('called-off', `touch ${mark}; sleep 300`);
    const { signal, callOff } = createCallOff();
    const stopping = port.stop({ ...limits(20_000), signal }, ignored);
    await until(() => existsSync(mark), 5_000, 'the start of the script');
    callOff();
    expect(await stopping).toMatchObject({ kind: 'unanswered', reason: { code: 'script.timedOut' } });
  });

  test('that floods its output is killed', async () => {
    const port = scriptOf('floods', 'exec cat /dev/zero');
    expect(await port.stop(limits(), ignored)).toMatchObject({
      kind: 'unanswered',
      reason: { code: 'script.failed' },
    });
  });

  test('that is not there has done nothing', async () => {
    const script = { file: join(folder, 'missing'), server: 'server2', local: 'server1' };
    const word = { verifiesOff: false, supportsCheck: false };
    const port = createStopScript({ ...script, ...word }, { clock: systemClock, path: '/bin' });
    let started = 0;
    const count = () => {
      started += 1;
    };
    expect(await port.stop(limits(), count)).toMatchObject({
      kind: 'notSent',
      reason: { code: 'script.notStarted' },
    });
    expect(started).toBe(0);
    await scriptOf('there', 'exit 0').stop(limits(), count);
    expect(started).toBe(1);
  });

  describe('is only checked', () => {
    const checked = (name: string, body: string) => scriptOf(name, body, false, true).check?.(limits(2_000));

    test('in the mode for that, with the same servers', async () => {
      const said = join(folder, 'checked');
      const body = `echo "$CLP_FORCESTOP_MODE $CLP_SERVER_DOWN $CLP_SERVER_LOCAL" > ${said}`;
      expect(await checked('check', body)).toBeUndefined();
      expect(readFileSync(said, 'utf8')).toBe('0 server2 server1\n');
    });

    test('and says why a stop would not work', async () => {
      expect(await checked('check-fails', 'echo "no such guest"; exit 1')).toMatchObject({
        code: 'script.failed',
        message: expect.stringMatching(/check whether it could stop server2.*exit code 1.*no such guest/),
      });
      expect(await checked('check-hangs', 'sleep 300')).toMatchObject({ code: 'script.timedOut' });
    });

    test('where the configuration says that it can be: any other would stop the server', () => {
      expect(scriptOf('old', 'exit 0')).not.toHaveProperty('check');
    });
  });
});
