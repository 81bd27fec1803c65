import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { code, table } from '../../../scripts/docs/markdown.ts';
import { codeOf } from '../../../src/core/errors.ts';
import {
  type FaultSettings,
  faultCatalogue,
  faultNames,
  faultSettingsSchema,
  hookWords,
} from '../../../src/sim/bmc/faults/catalogue.ts';
import { faultHelp, faultsFromFlags } from '../../../src/sim/bmc/faults/from-flags.ts';
import { createBench } from './bench.ts';
import { faultExamples } from './fault-examples.ts';

const examples = faultNames.flatMap((name) => faultExamples[name].map((value) => ({ name, value })));

describe('the table of faults', () => {
  test('docs/simulators.md has it', () => {
    const rows = faultNames.map((name) => {
      const { form, hook, describe: what } = faultCatalogue[name];
      return [code(name), form, hookWords[hook], what];
    });
    const page = readFileSync(join('docs', 'simulators.md'), 'utf8');
    expect(page).toContain(table(['Fault', 'Value', 'Where', 'What goes wrong'], rows));
  });

  test('the help of the command line names every fault', () => {
    const lines = faultHelp().split('\n');
    expect(lines.map((line) => line.trim().split(' ')[0])).toEqual(faultNames);
  });
});

describe.each(examples)('$name: $value', ({ name, value }) => {
  test('is taken, and what it is read as is taken again', () => {
    const once = faultSettingsSchema.parse({ [name]: value });
    expect(faultSettingsSchema.parse(once)).toEqual(once);
  });

  test('is on when it is set, and off again when it is not', () => {
    const { faults } = createBench({ faults: { [name]: value } });
    expect(Object.keys(faults.on())).toEqual([name]);
    faults.set({ [name]: undefined });
    expect(Object.keys(faults.on())).toEqual([name]);
    faults.set({ [name]: false });
    expect(faults.on()).toEqual({});
  });
});

describe('settings that are refused', () => {
  test.each<[string, unknown]>([
    ['drop', 1.5],
    ['drop', { every: 0 }],
    ['drop', { every: 2, probability: 0.5 }],
    ['drop', { every: 2, direction: 'up' }],
    ['delay', -1],
    ['garbage', 'after'],
    ['frozen', 'yes'],
    ['busy', 0],
    ['busy', { on: 'sensors' }],
    ['refusesSuite', 8],
    ['refusesSuite', []],
    ['wrongGuid', 'abcd'],
    ['forgetsSessions', -1],
    ['slowOff', 0.5],
    ['unansweredControl', null],
  ])('%s: %j', (name, value) => {
    const parsed = faultSettingsSchema.safeParse({ [name]: value });
    expect(parsed.error?.issues[0]?.path[0]).toBe(name);
  });

  test('the message says what the value must be', () => {
    const parsed = faultSettingsSchema.safeParse({ garbage: 'after' });
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      'must be instead, before, or true (instead); false switches it off',
    ]);
  });

  test('one wrong setting leaves the others as they were', () => {
    const { faults } = createBench({ faults: { saysOff: true } });
    const wrong = { frozen: true, saysOff: false, colour: 'red' } as FaultSettings;
    expect(() => faults.set(wrong)).toThrow('colour');
    expect(faults.on()).toEqual({ saysOff: true });
    try {
      faults.set({ drop: 7 });
    } catch (error) {
      expect(codeOf(error)).toBe('rpc.params');
      expect(String(error)).toContain('faults.drop: must be true (all)');
    }
    expect.assertions(4);
  });
});

describe('faults of the command line', () => {
  test.each<[string, unknown]>([
    ['frozen', { frozen: true }],
    ['frozen=false', { frozen: false }],
    ['slowOff=3000', { slowOff: 3000 }],
    ['wrongClock=-60', { wrongClock: -60 }],
    ['drop=0.25', { drop: 0.25 }],
    ['drop=every:3,direction:out', { drop: { every: 3, direction: 'out' } }],
    ['delay=ms:20,jitterMs:5', { delay: { ms: 20, jitterMs: 5 } }],
    ['refusesSuite=17,3', { refusesSuite: [17, 3] }],
    ['unansweredControl=ignored', { unansweredControl: 'ignored' }],
    ['wrongGuid=12345678901234567890123456789012', { wrongGuid: '12345678901234567890123456789012' }],
  ])('%s', (flag, settings) => {
    const given = faultsFromFlags([flag]);
    expect(given).toEqual(settings);
    expect(faultSettingsSchema.safeParse(given).success).toBe(true);
  });

  test('several, of which the last of one name counts', () => {
    expect(faultsFromFlags(['busy=2', 'frozen', 'busy=5'])).toEqual({ frozen: true, busy: 5 });
  });

  test.each(['busy=', 'drop=:', 'colour', 'delay=fast'])('%s is refused', (flag) => {
    expect(faultSettingsSchema.safeParse(faultsFromFlags([flag])).success).toBe(false);
  });
});
