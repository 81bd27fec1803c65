import { z } from 'zod';
import { severities, trapClasses } from '../core/severity.ts';

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9]{0,62}$/)
  .meta({ expects: 'a name of 1 to 63 letters and digits that begins with a letter' });

const oid = z
  .string()
  .regex(/^[0-2](\.(0|[1-9]\d{0,9})){1,127}$/)
  .meta({ expects: 'an OID as dotted numbers without a leading dot' });

const template = (longest: number) => z.string().min(1).max(longest);

const scalar = z.union([z.int(), z.string().max(255)]);

const words = z.record(
  z.string(),
  z.strictObject({ en: template(100), ja: template(100) }).describe('What a value means, in two languages.'),
);

const value = z.strictObject({
  oid: oid
    .exactOptional()
    .describe('Object of the varbind; every instance of it matches. Without one only in `format: pet`.'),
  words: words.exactOptional().describe('What texts say in place of a value, by the value.'),
});

const condition = z
  .strictObject({
    equals: scalar.exactOptional().describe('The value itself.'),
    in: z.array(scalar).min(1).max(256).exactOptional().describe('One of these values.'),
    bit: z.int().min(0).max(31).exactOptional().describe('A bit of an integer that is set.'),
    from: z.int().exactOptional().describe('Least integer.'),
    to: z.int().exactOptional().describe('Greatest integer.'),
    begins: template(255).exactOptional().describe('What a text begins with.'),
    contains: template(255).exactOptional().describe('What a text contains, in any case of letters.'),
  })
  .describe('All that is given must hold; a value that the trap does not have meets no condition.');
export type TrapCondition = z.output<typeof condition>;

const rule = z.strictObject({
  name: name.describe('Name of what happened.'),
  trapOid: oid.exactOptional().describe('The notification, as `snmpTrapOID.0` names it.'),
  enterprise: oid.exactOptional().describe('For `specific`, if it differs from that of the definition.'),
  specific: z
    .array(z.int().min(0).max(2147483647))
    .min(1)
    .max(256)
    .exactOptional()
    .describe(
      'Specific-trap numbers of the enterprise, in all three wire forms: v1, `enterprise.N` and `enterprise.0.N`.',
    ),
  when: z.record(name, condition).default({}).describe('Conditions on values; all must hold.'),
  severity: z
    .enum([...severities, 'trap'])
    .describe('How much it matters; `trap` (in `format: pet`): as the trap or its state says.'),
  class: z.enum(trapClasses).exactOptional().describe("The product's class of a hardware failure."),
  category: template(63).exactOptional().describe('Category of the external-link monitor.'),
  keyword: template(255).exactOptional().describe('Keyword of the external-link monitor.'),
  raise: template(255).exactOptional().describe('Key of the condition that begins.'),
  clear: z
    .array(template(255))
    .min(1)
    .max(8)
    .exactOptional()
    .describe('Keys of the conditions that are over; without `raise` the first one names the event.'),
  text: template(500).describe('Sentence for people, with {value} in it.'),
  textJa: template(500).exactOptional().describe('The same in Japanese.'),
});
export type TrapRule = z.output<typeof rule>;

/** A set of trap rules: data only, see docs/traps.md. */
export const trapDefinitionSchema = z.strictObject({
  kind: z.literal('trap').describe('Kind of definition.'),
  model: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
    .meta({ expects: 'a name of 1 to 63 letters, digits, dots, dashes or underscores' })
    .describe('Name of this set of rules.'),
  description: z.string().min(1).max(500).describe('Whose traps these are, in a sentence.'),
  format: z
    .enum(['plain', 'pet'])
    .default('plain')
    .describe('`pet`: Platform Event Traps, whose fields are the values.'),
  enterprise: oid.exactOptional().describe('Enterprise of the `specific` numbers.'),
  values: z.record(name, value).default({}).describe('Varbinds by the names that rules use.'),
  rules: z.array(rule).min(1).max(500).describe('The first one that matches says what a trap is.'),
});
export type TrapDefinition = z.output<typeof trapDefinitionSchema> & { readonly file: string };
