import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { encodeAsf } from '../../../src/bmc/ipmi/asf.ts';
import { encodeRmcp } from '../../../src/bmc/ipmi/rmcp.ts';
import { codeOf } from '../../../src/core/errors.ts';
import { simBmcProcessSchema } from '../../../src/sim/bmc/options.ts';
import { runSimBmc } from '../../../src/sim/bmc/process.ts';

interface Line {
  readonly event: string;
  readonly port?: number;
  readonly [field: string]: unknown;
}

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

/** Runs the simulator on streams of the test; `lines` is what it has printed. */
const start = (
  bmcs: readonly object[],
  environment: NodeJS.ProcessEnv = {},
  options: { untilStdinEnds?: boolean } = {},
) => {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const abort = new AbortController();
  let text = '';
  stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = runSimBmc(simBmcProcessSchema.parse({ bmcs }), {
    stdin,
    stdout,
    signal: abort.signal,
    environment,
    ...options,
  });
  const lines = () =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  const stop = () => {
    abort.abort();
    return ended.catch(() => {});
  };
  ending.push(stop);
  return { stdin, ended, lines, stop };
};

const events = (lines: readonly Line[]) => lines.map(({ event }) => event);

const printed = async (lines: () => readonly Line[], count: number) => {
  await expect.poll(() => lines().length).toBeGreaterThanOrEqual(count);
  return lines();
};

/** The port that answers an ASF ping to `port` within 300 ms; undefined where none does. */
const answeringPort = async (port: number): Promise<number | undefined> => {
  const socket = createSocket('udp4');
  socket.send(encodeRmcp('asf', encodeAsf({ type: 'ping', tag: 1 })), port, '127.0.0.1');
  const signal = AbortSignal.timeout(300);
  const answered = await once(socket, 'message', { signal }).then(
    ([, peer]: RemoteInfo[]) => peer?.port,
    () => undefined,
  );
  socket.close();
  return answered;
};

const answers = async (port: number): Promise<boolean> => (await answeringPort(port)) === port;

describe('the process', () => {
  test('says where each BMC listens, and ends when it is told to', async () => {
    const { ended, lines, stop } = start([{ name: 'server1' }, { name: 'server2', seed: 7 }]);
    const told = await printed(lines, 2);
    const where = { host: '127.0.0.1', port: expect.any(Number), seed: expect.any(Number) };
    expect(told).toEqual([
      { sim: 'bmc', name: 'server1', event: 'listening', ...where },
      { sim: 'bmc', name: 'server2', event: 'listening', ...where, seed: 7 },
    ]);
    const port = told[0]?.port ?? 0;
    expect(await answers(port)).toBe(true);
    await stop();
    await expect(ended).resolves.toBeUndefined();
    expect(await answers(port)).toBe(false);
  });

  test('goes on when its standard input ends', async () => {
    const { stdin, lines } = start([{ name: 'server1' }]);
    stdin.end('{"set":{"power":"off"}}\n');
    expect(events(await printed(lines, 3))).toEqual(['listening', 'power', 'ok']);
    expect(await answers(lines()[0]?.port ?? 0)).toBe(true);
  });

  test('ends with its standard input where that is wanted', async () => {
    const { stdin, ended, lines } = start([{ name: 'server1' }], {}, { untilStdinEnds: true });
    const port = (await printed(lines, 1))[0]?.port ?? 0;
    stdin.end('{"set":{"power":"off"}}\n');
    await expect(ended).resolves.toBeUndefined();
    expect(events(lines())).toEqual(['listening', 'power', 'ok']);
    expect(await answers(port)).toBe(false);
  });

  test('ends when its standard input breaks', async () => {
    const { stdin, ended, lines } = start([{ name: 'server1' }], {}, { untilStdinEnds: true });
    await printed(lines, 1);
    stdin.destroy();
    await expect(ended).resolves.toBeUndefined();
  });

  test('rejects with a code where a port is taken, and leaves none of its own', async () => {
    const first = start([{ name: 'server1' }]);
    const port = (await printed(first.lines, 1))[0]?.port ?? 0;
    const second = start([{ name: 'server2' }, { name: 'server3', port }]);
    expect(codeOf(await second.ended.catch((error: unknown) => error))).toBe('socket.inUse');
    expect(await answers(second.lines()[0]?.port ?? 0)).toBe(false);
  });
});

describe('control lines', () => {
  test('someone presses the button; a BMC freezes and thaws', async () => {
    const { stdin, lines } = start([{ name: 'server1' }, { name: 'server2' }]);
    const port = (await printed(lines, 2))[1]?.port ?? 0;
    stdin.write('{"name":"server2","set":{"frozen":true,"power":"off"}}\n');
    expect((await printed(lines, 4)).slice(2)).toMatchObject([
      { name: 'server2', event: 'power', value: 'off', at: expect.stringMatching(/Z$/) },
      { name: 'server2', event: 'ok' },
    ]);
    expect(await answers(port)).toBe(false);
    stdin.write('{"name":"server2","set":{"frozen":false}}\n');
    await printed(lines, 5);
    expect(await answers(port)).toBe(true);
  });

  test('faults are switched on and off', async () => {
    const { stdin, lines } = start([{ name: 'server1', faults: { otherPort: true } }]);
    const port = (await printed(lines, 1))[0]?.port ?? 0;
    const other = await answeringPort(port);
    expect(other).toEqual(expect.any(Number));
    expect(other).not.toBe(port);
    stdin.write('{"set":{"faults":{"otherPort":false,"drop":true}}}\n');
    await printed(lines, 2);
    expect(await answeringPort(port)).toBeUndefined();
    stdin.write('{"set":{"clearFaults":true}}\n');
    await printed(lines, 3);
    expect(await answers(port)).toBe(true);
    stdin.write('{"set":{"clearFaults":true,"frozen":true}}\n');
    await printed(lines, 4);
    expect(await answers(port)).toBe(false);
  });

  test('a wrong fault is named, with what it must be', async () => {
    const { stdin, lines } = start([{ name: 'server1' }]);
    await printed(lines, 1);
    stdin.write('{"set":{"power":"off","faults":{"garbage":"after"}}}\n');
    expect((await printed(lines, 2)).slice(1)).toMatchObject([
      { event: 'error', message: expect.stringMatching(/^set\.faults\.garbage: must be instead, before/) },
    ]);
  });

  test.each([
    ['{"name":"server1","set":{"faults":{"drop":2}}}', 'rpc.params'],
    ['{"name":"server1","set":{"faults":{"colour":"red"}}}', 'rpc.params'],
    ['{"name":"server1","set":{"faults":true}}', 'rpc.params'],
    ['{"name":"server1","set":{"clearFaults":false}}', 'rpc.params'],
    ['no JSON', 'rpc.parse'],
    ['{"name":"server9","set":{"power":"on"}}', 'rpc.params'],
    ['{"set":{"power":"on"}}', 'rpc.params'],
    ['{"name":"server1","set":{"power":"maybe"}}', 'rpc.params'],
    ['{"name":"server1","set":{"colour":"red"}}', 'rpc.params'],
    ['{"name":"server1"}', 'rpc.params'],
  ])('%s is answered with %s', async (line, code) => {
    const { stdin, lines } = start([{ name: 'server1', power: 'off' }, { name: 'server2' }]);
    await printed(lines, 2);
    stdin.write(`${line}\n`);
    expect((await printed(lines, 3))[2]).toMatchObject({ sim: 'bmc', event: 'error', code });
  });
});

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-sim-'));
  const file = join(folder, 'password');
  afterAll(() => rmSync(folder, { recursive: true }));
  const failed = async (bmc: object, environment: NodeJS.ProcessEnv = {}) => {
    const error: unknown = await start([bmc], environment).ended.catch((thrown: unknown) => thrown);
    return { code: codeOf(error), text: String(error) };
  };

  test('come from a file or the environment', async () => {
    writeFileSync(file, 'twenty-bytes-long-pw\n', { mode: 0o600 });
    const { lines } = start(
      [
        { name: 'server1', passwordFile: file },
        { name: 'server2', passwordEnv: 'PW', kgEnv: 'KG' },
      ],
      { PW: 'secret', KG: 'key' },
    );
    expect(events(await printed(lines, 2))).toEqual(['listening', 'listening']);
  });

  test('are refused without being repeated', async () => {
    const tooLong = 'a-password-of-21-byte';
    const { code, text } = await failed({ passwordEnv: 'PW' }, { PW: `${tooLong}s` });
    expect(code).toBe('config.unreadable');
    expect(text).toContain('longer than 20 bytes');
    expect(text).not.toContain(tooLong);
    expect(await failed({ passwordFile: '/nonexistent/password' })).toMatchObject({
      code: 'config.unreadable',
    });
  });
});

test.each([
  ['no BMC', []],
  ['two of one name', [{ name: 'a' }, { name: 'a' }]],
  ['a name of 17 bytes', [{ user: 'seventeen-bytes-u' }]],
  ['a suite that is not spoken', [{ suites: [17, 8] }]],
  ['a GUID that is too short', [{ guid: 'abcd' }]],
  ['a fault that there is not', [{ faults: { colour: 'red' } }]],
  ['a fault of a wrong value', [{ faults: { drop: 2 } }]],
  ['a seed that is too large', [{ seed: 2 ** 32 }]],
  ['a password in the options', [{ password: 'secret' }]],
])('options with %s are refused', (_name, bmcs) => {
  expect(simBmcProcessSchema.safeParse({ bmcs }).success).toBe(false);
});
