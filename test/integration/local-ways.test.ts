import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCallOff } from '../../src/core/call-off.ts';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import { localActions } from '../../src/core/outcome.ts';
import type { CallLimits } from '../../src/core/ports.ts';
import { createLocalProgram, type LocalProgram } from '../../src/stop/local/program.ts';
import { createLocalSysrq } from '../../src/stop/local/sysrq.ts';
import { until } from '../support/bounded.ts';
import { createLocalTools, type LocalTools } from '../support/local-tools.ts';

const limits = (limitMs = 10_000): CallLimits => ({
  deadline: deadlineIn(systemClock, limitMs),
  priority: 'forcedStop',
});

/** A zombie that nobody has collected yet has ended. */
const lives = (pid: number): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const createWay = (tools: LocalTools, program: Partial<LocalProgram> = {}) => {
  const lines = { reset: ['ipmitool', '-I', 'open', 'chassis', 'power', 'reset'] };
  return createLocalProgram(
    { lines, device: tools.device, accepted: 'Chassis Power Control:', ...program },
    { clock: systemClock, searchPath: tools.path },
  );
};

describe('a program that speaks to the own BMC', () => {
  test('is given its words and two variables, and nothing of our own', async () => {
    const tools = createLocalTools();
    process.env.NOROSHI_TEST_SECRET = 'must not get through';
    expect(await createWay(tools).act('reset', limits())).toEqual({ kind: 'accepted' });
    delete process.env.NOROSHI_TEST_SECRET;
    expect(tools.calls()).toEqual([
      {
        words: 'ipmitool -I open chassis power reset',
        environment: ['LC_ALL=C', `PATH=${tools.path}`],
      },
    ]);
  });

  test.each([
    [
      'ends with an error',
      'echo "Unable to talk" >&2; exit 1',
      /exit code 1; it wrote last: Unable to talk$/,
    ],
    ['ends well and says something else', 'echo maybe', /exit code 0; .*; it did not write "Chassis Power/],
    ['floods its output', 'exec cat /dev/zero', /wrote too much and was killed/],
  ])('and %s may have done it', async (_name, body, message) => {
    const tools = createLocalTools();
    tools.teach('ipmitool', body);
    expect(await createWay(tools).act('reset', limits())).toMatchObject({
      kind: 'unanswered',
      reason: { code: 'local.failed', message: expect.stringMatching(message) },
    });
  });

  test('that hangs is killed at its limit, with all that it started', async () => {
    const tools = createLocalTools();
    const pids = join(tools.folder, 'pids');
    tools.teach('ipmitool', `sleep 300 & echo $! > ${pids}; trap '' TERM; wait; sleep 300`);
    const reply = await createWay(tools).act('reset', limits(3_000));
    expect(reply).toMatchObject({
      kind: 'unanswered',
      reason: { message: expect.stringMatching(/took too long and was killed/) },
    });
    const child = Number(readFileSync(pids, 'utf8'));
    expect(child).toBeGreaterThan(1);
    await until(() => !lives(child), 3_000, 'the end of what the program had started');
  });

  test('that is called off is killed', async () => {
    const tools = createLocalTools();
    tools.teach('ipmitool', 'sleep 300');
    const { signal, callOff } = createCallOff();
    const acting = createWay(tools).act('reset', { ...limits(60_000), signal });
    await until(() => tools.calls().length > 0, 10_000, 'the start of the program');
    callOff();
    expect(await acting).toMatchObject({ kind: 'unanswered' });
  });

  test.each([
    ['its device is missing', (tools: LocalTools) => rmSync(tools.device), /ipmi0 cannot be opened: ENOENT/],
    [
      'its program is missing',
      (tools: LocalTools) => rmSync(join(tools.folder, 'bin', 'ipmitool')),
      /ipmitool is not installed/,
    ],
    [
      'its program may not be run',
      (tools: LocalTools) => chmodSync(join(tools.folder, 'bin', 'ipmitool'), 0o644),
      /ipmitool is not installed/,
    ],
    [
      'its interpreter is missing',
      (tools: LocalTools) => writeFileSync(join(tools.folder, 'bin', 'ipmitool'), '#!/no/such/shell -e\n'),
      /ipmitool was not run: ENOENT.*no\/such\/shell/,
    ],
  ])('is not run where %s: certainly nothing was sent', async (_name, breakIt, message) => {
    const tools = createLocalTools();
    breakIt(tools);
    // Only the stand-ins' folder: the machine's own tools must not be found in their place.
    const way = createLocalProgram(
      { lines: { reset: ['ipmitool'] }, device: tools.device },
      { clock: systemClock, searchPath: join(tools.folder, 'bin') },
    );
    expect(await way.act('reset', limits())).toMatchObject({
      kind: 'notSent',
      reason: { code: 'local.unable', message: expect.stringMatching(message) },
    });
    expect(tools.calls()).toEqual([]);
  });

  test.each([
    ['its device is missing', (tools: LocalTools) => rmSync(tools.device), 'device'],
    ['its program is missing', (tools: LocalTools) => rmSync(join(tools.folder, 'bin', 'ipmitool')), 'tool'],
  ])('would not be tried where %s, and says so when it is looked at', async (_name, breakIt, check) => {
    const tools = createLocalTools();
    breakIt(tools);
    const way = createLocalProgram(
      { lines: { reset: ['ipmitool'] }, device: tools.device },
      { clock: systemClock, searchPath: join(tools.folder, 'bin') },
    );
    const { actions, findings } = await way.examine(limits());
    expect(actions).toEqual([]);
    expect(findings.filter(({ state }) => state === 'bad')).toMatchObject([{ check, code: 'local.unable' }]);
  });

  test('has nothing for an action without a line', async () => {
    const tools = createLocalTools();
    expect(await createWay(tools).act('cycle', limits())).toMatchObject({
      ...{ kind: 'notSent', reason: { message: 'no line is configured for cycle' } },
    });
  });

  test('is looked at without being run', async () => {
    const tools = createLocalTools();
    expect(await createWay(tools).examine(limits())).toMatchObject({
      actions: ['reset'],
      findings: [
        { check: 'device', state: 'good' },
        { check: 'tool', state: 'good' },
      ],
    });
    expect(tools.calls()).toEqual([]);
  });
});

describe('the sysrq of the kernel', () => {
  test.each([
    ['reset', 'b'],
    ['off', 'o'],
    ['nmi', 'c'],
  ] as const)('takes one key for %s: no sync goes before it', async (action, key) => {
    const tools = createLocalTools();
    const way = createLocalSysrq(tools.trigger);
    expect(await way.act(action, limits())).toEqual({ kind: 'accepted' });
    expect(tools.pressed()).toBe(key);
  });

  test('has no cycle, and does nothing in its place', async () => {
    const tools = createLocalTools();
    expect(await createLocalSysrq(tools.trigger).act('cycle', limits())).toMatchObject({
      kind: 'notSent',
      reason: { code: 'local.unable', message: expect.stringMatching(/no sysrq for cycle/) },
    });
    expect(tools.pressed()).toBe('');
  });

  test('is looked at without writing', async () => {
    const tools = createLocalTools();
    const readiness = await createLocalSysrq(tools.trigger).examine(limits());
    expect(readiness).toMatchObject({ findings: [{ check: 'sysrq', state: 'good' }] });
    expect(readiness.actions).toEqual(localActions.filter((action) => action !== 'cycle'));
    expect(tools.pressed()).toBe('');
  });

  test('that is not there is neither created nor pressed', async () => {
    const tools = createLocalTools();
    const missing = join(tools.folder, 'missing');
    const way = createLocalSysrq(missing);
    expect(await way.act('reset', limits())).toMatchObject({ kind: 'notSent' });
    expect(await way.examine(limits())).toMatchObject({ actions: [], findings: [{ state: 'bad' }] });
    expect(existsSync(missing)).toBe(false);
  });

  test('is not followed through a link', async () => {
    const tools = createLocalTools();
    const target = join(tools.folder, 'target');
    const link = join(tools.folder, 'link');
    writeFileSync(target, '');
    symlinkSync(target, link);
    expect(await createLocalSysrq(link).act('reset', limits())).toMatchObject({ kind: 'notSent' });
    expect(readFileSync(target, 'utf8')).toBe('');
  });
});
