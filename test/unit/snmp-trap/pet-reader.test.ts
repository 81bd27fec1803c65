import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TrapDefinition, trapDefinitionSchema } from '../../../src/config/trap-schema.ts';
import type { TrapNotification } from '../../../src/snmp-trap/codec/notification.ts';
import { createRuleBook, type RuleBook } from '../../../src/snmp-trap/rules/rule-book.ts';
import { builtInTraps } from './sample-traps.ts';

const { byModel } = await builtInTraps();
const builtIn = [...byModel.values()];

const petTrap = (specific: number, bytes: Uint8Array): TrapNotification => ({
  ...{ version: 'v2c', kind: 'trap', uptimeTicks: 1, source: { address: '192.0.2.11', port: 50_000 } },
  trapOid: `1.3.6.1.4.1.3183.1.1.0.${specific}`,
  varbinds: [{ oid: '1.3.6.1.4.1.3183.1.1.1', value: { type: 'octetString', value: Buffer.from(bytes) } }],
});

const read = (book: RuleBook, trap: TrapNotification) => {
  const { decision, content, retryIdentity } = book.read(trap);
  return { decision, retryIdentity, ...content() };
};

const definition = (rule: object): TrapDefinition => ({
  ...trapDefinitionSchema.parse({
    ...{ kind: 'trap', model: 'ours', description: 'Ours', format: 'pet' },
    rules: [{ name: 'ours', severity: 'critical', text: 'Ours {sequence}', ...rule }],
  }),
  file: 'ours.yaml',
});

/** States that come again are the case that is remembered: few values for what rules decide by. */
const traps = fc.array(
  fc
    .record({
      specific: fc.constantFrom(0x010102, 0x010182, 0x086f02, 0x0c6f05, 0x256f01, 0x256f00, 0x1000000),
      length: fc.constantFrom(0, 45, 46, 47, 60),
      rest: fc.uint8Array({ minLength: 60, maxLength: 60 }),
      state: fc.array(fc.constantFrom(0, 1, 8, 16, 0xff), { minLength: 5, maxLength: 5 }),
    })
    .map(({ specific, length, rest, state }) => {
      rest.set(state, 26);
      return petTrap(specific, rest.subarray(0, length));
    }),
  { maxLength: 30 },
);

describe('a Platform Event Trap', () => {
  it('is read the same whatever came before it', () => {
    fc.assert(
      fc.property(traps, (all) => {
        const book = createRuleBook(builtIn);
        for (const trap of all) expect(read(book, trap)).toEqual(read(createRuleBook(builtIn), trap));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['when', { when: { sequence: { equals: 7 } } }],
    ['raise', { raise: 'pet/{sequence}' }],
    ['clear', { clear: ['pet/{sequence}'] }],
  ])('is decided anew where `%s` names what differs each time', (_where, rule) => {
    const book = createRuleBook([definition(rule)]);
    const bytes = Buffer.alloc(47, 1);
    const decisions = [7, 8].map((sequence) => {
      bytes.writeUInt16BE(sequence, 16);
      return book.read(petTrap(0x010102, bytes)).decision;
    });
    expect(decisions[0]).toBeDefined();
    expect(decisions[1]).not.toEqual(decisions[0]);
  });

  it('has its own words each time', () => {
    const book = createRuleBook([definition({})]);
    const bytes = Buffer.alloc(47, 1);
    const texts = [7, 8].map((sequence) => {
      bytes.writeUInt16BE(sequence, 16);
      const trap = book.read(petTrap(0x010102, bytes));
      return trap.decision && trap.content().words.text;
    });
    expect(texts).toEqual(['Ours 7', 'Ours 8']);
  });
});
