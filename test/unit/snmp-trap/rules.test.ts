import { describe, expect, it } from 'vitest';
import { trapDefinitionSchema } from '../../../src/config/trap-schema.ts';
import { meets } from '../../../src/snmp-trap/rules/condition.ts';
import { cleaned, plainValue } from '../../../src/snmp-trap/rules/plain-value.ts';
import { createRuleBook } from '../../../src/snmp-trap/rules/rule-book.ts';
import { createWorkspace, goodConfig } from '../config/workspace.ts';
import { builtInTraps } from './sample-traps.ts';
import { trapOf } from './traps.ts';

describe('a condition', () => {
  it.each([
    [5, { equals: 5 }, true],
    ['5', { equals: 5 }, true],
    [5, { in: [1, 5] }, true],
    [6, { in: [1, 5] }, false],
    [0b100, { bit: 2 }, true],
    [0b100, { bit: 1 }, false],
    [0x80000000, { bit: 31 }, true],
    [7, { from: 5, to: 9 }, true],
    [10, { from: 5, to: 9 }, false],
    ['7', { from: 5 }, false],
    ['Fan 3 failed', { begins: 'Fan', contains: 'FAILED' }, true],
    ['Fan 3 failed', { begins: 'Fan', contains: 'ok' }, false],
    [undefined, {}, false],
  ])('%j meets %j: %j', (value, condition, met) => {
    expect(meets(value, condition)).toBe(met);
  });
});

describe('what comes from outside', () => {
  const octets = (value: Buffer) => plainValue({ oid: '1.3', value: { type: 'octetString', value } });

  it('is text on one line, or hex', () => {
    expect(octets(Buffer.from('a\r\nb\tc'))).toBe('a b c');
    expect(octets(Buffer.from('Füße\0'))).toBe('Füße');
    expect(octets(Buffer.from('\u001b[31m'))).toBe('1b5b33316d');
    expect(octets(Buffer.from([0xff, 0xfe]))).toBe('fffe');
    expect(octets(Buffer.from('a\u202eb\u2028c'))).toBe('a b c');
  });

  it('is bounded', () => {
    expect(octets(Buffer.alloc(60_000, 'ä'))).toHaveLength(255);
    expect(octets(Buffer.alloc(60_000, 0xff))).toHaveLength(129);
    expect(cleaned('x'.repeat(600), 500)).toHaveLength(500);
  });
});

const definition = (changes: object = {}) => ({
  ...trapDefinitionSchema.parse({
    ...{ kind: 'trap', model: 'ours', description: 'Ours', enterprise: '1.3.6.1.4.1.318' },
    rules: [{ name: 'ours', specific: [5], severity: 'critical', text: 'Ours' }],
    ...changes,
  }),
  file: 'ours.yaml',
});

it('the first definition that knows a trap has the first word', async () => {
  const { byModel } = await builtInTraps();
  const trap = trapOf('1.3.6.1.4.1.318.0.5');
  expect(createRuleBook([...byModel.values()]).read(trap).decision?.rule).toBe('apc-powernet/onBattery');
  expect(createRuleBook([definition(), ...byModel.values()]).read(trap).decision?.rule).toBe('ours/ours');
});

it('2,000 rules do not look at a trap that none of them names', () => {
  let looked = 0;
  const rules = Array.from({ length: 500 }, (_, index) => ({
    name: `r${index}`,
    ...{ specific: [index], severity: 'info' as const, text: 'x', when: {} },
  }));
  const definitions = [1, 2, 3, 4].map((enterprise) => ({
    ...definition({ enterprise: `1.3.6.1.4.1.${enterprise}`, rules }),
    get values() {
      looked += 1;
      return {};
    },
  }));
  const book = createRuleBook(definitions);
  looked = 0;
  expect(book.read(trapOf('1.3.6.1.4.1.99999.0.1')).decision).toBeUndefined();
  expect(looked).toBe(0);
  expect(book.read(trapOf('1.3.6.1.4.1.4.0.7')).decision?.name).toBe('r7');
});

describe('definitions of the user', () => {
  const traps = 'traps: { sources: { 192.0.2.11: server1 }, communitiesFile: bmc.pw }\n';
  const ours = (model: string, severity = 'critical') =>
    `kind: trap\nmodel: ${model}\ndescription: Ours\nenterprise: 1.3.6.1.4.1.318\nrules:\n` +
    `  - { name: ours, specific: [5], severity: ${severity}, text: Ours }\n`;

  it('override built-in ones, say so, and go first', async () => {
    const { write, load } = createWorkspace();
    const file = write('devices.d/trap/ours.yaml', ours('mge'));
    const loaded = await load(`${goodConfig}${traps}`);
    expect(loaded.ok && loaded.value.notices).toEqual([
      `model mge: ${file} overrides the built-in definition`,
    ]);
    expect(loaded.ok && loaded.value.config.traps?.definitions[0]).toMatchObject({ model: 'mge', file });
  });

  it('that are wrong are told with file and line; without traps nobody reads them', async () => {
    const { write, problems } = createWorkspace();
    write('devices.d/trap/ours.yaml', ours('ours', 'loud'));
    expect(await problems(`${goodConfig}${traps}`)).toEqual([
      'devices.d/trap/ours.yaml:6: rules[0].severity: must be info, notice, warning, critical or trap, not "loud"',
    ]);
    expect(await problems(goodConfig)).toEqual([]);
  });
});
