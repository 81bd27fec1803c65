import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { openGatewayEngine } from '../../../src/snmp-trap/gateway-engine.ts';

const engineIn = () => {
  const clock = createVirtualClock();
  const stateDirectory = mkdtempSync(join(tmpdir(), 'noroshi-engine-'));
  onTestFinished(() => rmSync(stateDirectory, { recursive: true, force: true }));
  const open = () => openGatewayEngine({ clock, log: silentLogger, stateDirectory });
  const onDisk = () => JSON.parse(readFileSync(join(stateDirectory, 'snmp-engine.json'), 'utf8'));
  return { clock, open, onDisk };
};

it('counts every start on disk, under one id, and its time goes on with the clock that is never set', async () => {
  const { clock, open, onDisk } = engineIn();
  const [first, second] = [await open(), await open()];
  expect([first.own.boots, second.own.boots, onDisk().boots]).toEqual([1, 2, 2]);
  expect(second.own.id).toEqual(first.own.id);
  await clock.advance(90_000);
  clock.stepWall(-1_000_000);
  expect(second.own.time()).toBe(90);
});

it('saves what others sent beside its own id and boots', async () => {
  const { open, onDisk } = engineIn();
  const others = [{ engineId: '80001f8801', boots: 5, time: 1000 }];
  const engine = await open();
  await engine.save(() => others);
  expect(onDisk()).toEqual({
    version: 1,
    engineId: engine.own.id.toString('hex'),
    boots: 1,
    engines: others,
  });
  expect((await open()).others).toEqual(others);
});
