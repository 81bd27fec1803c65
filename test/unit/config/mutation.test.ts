import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatProblem } from '../../../src/config/problem.ts';
import { builtInDevices, createWorkspace, goodConfig } from './workspace.ts';

const shreds = [
  '',
  '\n',
  '  ',
  ':',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  '&a ',
  '*a',
  '!x ',
  '#',
  '~',
  '\t',
  '\0',
  '999',
  'bmc',
  '🔥',
  '__proto__: 1\n',
];

const mutation = fc.record({
  at: fc.nat(goodConfig.length),
  drop: fc.nat(12),
  put: fc.oneof(fc.constantFrom(...shreds), fc.string({ maxLength: 6 })),
});

const mutated = fc
  .array(mutation, { minLength: 1, maxLength: 4 })
  .map((steps) =>
    steps.reduce((text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop), goodConfig),
  );

it('any change to a good file gives a configuration or problems with a line, and never throws', async () => {
  const { folder, write } = createWorkspace();
  write('devices/bmc/ipmi.yaml', readFileSync(join(builtInDevices, 'bmc/ipmi.yaml')));
  const { load } = createWorkspace(join(folder, 'devices'));
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, fc.string({ unit: 'binary' })), async (text) => {
      const loaded = await load(text);
      if (loaded.ok) return;
      expect(loaded.failure.length).toBeGreaterThan(0);
      for (const problem of loaded.failure) {
        expect(formatProblem(problem)).toMatch(/^[^\n]+:[1-9][0-9]*: [^\n]+$/);
        expect(formatProblem(problem)).not.toMatch(/undefined|\[object|Invalid|expected (string|number)/);
      }
    }),
    { numRuns: 1500 },
  );
});
