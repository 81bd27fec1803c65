import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderEvidenceDoc } from '../../../scripts/docs/evidence-doc.ts';

test('docs/evidence.md is what the code says', () => {
  const page = readFileSync(join('docs', 'evidence.md'), 'utf8');
  expect(page, 'the page is out of date: run `npm run docs`').toBe(renderEvidenceDoc());
});
