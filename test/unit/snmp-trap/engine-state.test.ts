import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/core/log.ts';
import { openEngineState } from '../../../src/snmp-trap/engine-state.ts';
import { lastBoots } from '../../../src/snmp-trap/engine-window.ts';

const folderFor = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-engine-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
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

it('takes another id before its boots are latched', async () => {
  const folder = folderFor();
  const { state, save } = await openEngineState(folder, silentLogger);
  await save(() => ({ ...state, boots: lastBoots - 1 }));
  const next = await openEngineState(folder, silentLogger);
  expect(next.state.boots).toBe(1);
  expect(next.state.engineId).not.toEqual(state.engineId);
});

it('goes on without a disk', async () => {
  const errors: string[] = [];
  const log = { ...silentLogger, error: (_fields: unknown, message: string) => void errors.push(message) };
  const { state } = await openEngineState(join(folderFor(), 'missing'), log);
  expect(state.boots).toBe(1);
  expect(errors).toEqual(['the state of SNMPv3 cannot be saved']);
  expect(() => readFileSync(join(folderFor(), 'snmp-engine.json'))).toThrow();
});
