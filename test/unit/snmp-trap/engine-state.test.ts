import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/core/log.ts';
import { openEngineState } from '../../../src/snmp-trap/engine-state.ts';
import { lastBoots } from '../../../src/snmp-trap/engine-window.ts';

const folderFor = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-engine-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A logger, and what it is told at `info` and above. */
const listeningLog = () => {
  const lines: string[] = [];
  const say = (_fields: unknown, message: string) => void lines.push(message);
  return { log: { ...silentLogger, info: say, warn: say, error: say }, lines };
};

const engines = [{ engineId: '80001f8801', boots: 5, time: 1000 }];

it('keeps its id, counts its boots, and knows what others sent', async () => {
  const folder = folderFor();
  const first = await openEngineState(folder, silentLogger);
  expect(first.state).toMatchObject({ boots: 1, engines: [] });
  await first.save(() => ({ ...first.state, engines }));
  const second = await openEngineState(folder, silentLogger);
  expect(second.state).toEqual({ engineId: first.state.engineId, boots: 2, engines });
  expect(readdirSync(folder)).toEqual(['snmp-engine.json']);
  expect(statSync(join(folder, 'snmp-engine.json')).mode & 0o777).toBe(0o600);
});

it('writes once for all that ask during a write, and what is true by then', async () => {
  const { state, save } = await openEngineState(folderFor(), silentLogger);
  const asked: number[] = [];
  const saves = [1, 2, 3, 4].map((boots) =>
    save(() => {
      asked.push(boots);
      return { ...state, boots };
    }),
  );
  await Promise.all(saves);
  expect(asked).toHaveLength(1);
});

it.each(['', 'nonsense', '{"version":1}', '{"version":2,"engineId":"80001f8801","boots":1,"engines":[]}'])(
  'begins anew, with an error in the log, where the file holds %j',
  async (text) => {
    const folder = folderFor();
    writeFileSync(join(folder, 'snmp-engine.json'), text);
    const errors: string[] = [];
    const log = { ...silentLogger, error: (_fields: unknown, message: string) => void errors.push(message) };
    expect((await openEngineState(folder, log)).state).toMatchObject({ boots: 1, engines: [] });
    expect(errors).toHaveLength(1);
  },
);

it('stays at the last count of boots, under the same id, and says so', async () => {
  const folder = folderFor();
  const { log, lines } = listeningLog();
  const { state, save } = await openEngineState(folder, log);
  await save(() => ({ ...state, boots: lastBoots - 1 }));
  for (const _start of [1, 2]) {
    const next = await openEngineState(folder, log);
    expect(next.state).toEqual({ ...state, boots: lastBoots });
  }
  expect(lines).toEqual([
    expect.stringContaining('boots are used up'),
    expect.stringContaining('boots are used up'),
  ]);
});

describe('a state directory of a version with two engines', () => {
  const nocId = '80007ed905aa';
  const noc = { version: 1, engineId: nocId, boots: 7 };
  const writeIn = (folder: string, name: string, state: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(state));

  it.each([
    [3, 8],
    [7, 8],
    [40, 41],
  ])('keeps the id of sent traps, and boots after both: %i and 7 become %i', async (boots, next) => {
    const folder = folderFor();
    writeIn(folder, 'snmp-engine.json', { version: 1, engineId: '80007ed905bb', boots, engines });
    writeIn(folder, 'noc-engine.json', noc);
    const { log, lines } = listeningLog();
    const taken = { engineId: Buffer.from(nocId, 'hex'), boots: next, engines };
    expect((await openEngineState(folder, log)).state).toEqual(taken);
    expect(readdirSync(folder)).toEqual(['snmp-engine.json']);
    expect((await openEngineState(folder, log)).state).toEqual({ ...taken, boots: next + 1 });
    expect(lines).toEqual(['the SNMPv3 engine id of sent traps is that of received informs too']);
  });

  it('takes over a sender that received nothing', async () => {
    const folder = folderFor();
    writeIn(folder, 'noc-engine.json', noc);
    const { state } = await openEngineState(folder, silentLogger);
    expect(state).toEqual({ engineId: Buffer.from(nocId, 'hex'), boots: 8, engines: [] });
  });

  it('takes it over again where the old file is still there, as after a crash in between', async () => {
    const folder = folderFor();
    writeIn(folder, 'snmp-engine.json', { version: 1, engineId: nocId, boots: 12, engines });
    writeIn(folder, 'noc-engine.json', noc);
    const { log, lines } = listeningLog();
    expect((await openEngineState(folder, log)).state).toMatchObject({ boots: 13, engines });
    expect(readdirSync(folder)).toEqual(['snmp-engine.json']);
    expect(lines).toEqual([]);
  });

  it('keeps the old file while the new one cannot be written', async () => {
    const folder = folderFor();
    mkdirSync(join(folder, 'snmp-engine.json.new'));
    writeIn(folder, 'noc-engine.json', noc);
    const { log, lines } = listeningLog();
    expect((await openEngineState(folder, log)).state).toMatchObject({ boots: 8 });
    expect(readdirSync(folder)).toContain('noc-engine.json');
    expect(lines).toContain('the state of SNMPv3 cannot be saved');
  });

  it('says that the id is lost where the old file is damaged, and leaves the file', async () => {
    const folder = folderFor();
    writeIn(folder, 'snmp-engine.json', { version: 1, engineId: '80007ed905bb', boots: 3, engines });
    writeFileSync(join(folder, 'noc-engine.json'), '{"version":1,"engineId":"80');
    const { log, lines } = listeningLog();
    expect((await openEngineState(folder, log)).state).toMatchObject({ boots: 4 });
    expect(lines).toEqual([expect.stringContaining('tell the receivers of v3 traps')]);
    expect(readdirSync(folder)).toContain('noc-engine.json');
  });
});

it('goes on without a disk', async () => {
  const errors: string[] = [];
  const log = { ...silentLogger, error: (_fields: unknown, message: string) => void errors.push(message) };
  const { state } = await openEngineState(join(folderFor(), 'missing'), log);
  expect(state.boots).toBe(1);
  expect(errors).toEqual(['the state of SNMPv3 cannot be saved']);
  expect(() => readFileSync(join(folderFor(), 'snmp-engine.json'))).toThrow();
});
