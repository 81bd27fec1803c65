import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderAlertsDoc } from '../../../scripts/docs/alerts-doc.ts';
import { renderConfigDoc } from '../../../scripts/docs/config-doc.ts';
import { renderErrorsDoc } from '../../../scripts/docs/errors-doc.ts';
import { bmcDrivers } from '../../../src/bmc/drivers/index.ts';
import { createWorkspace } from './workspace.ts';

const doc = (name: string) => readFileSync(join('docs', name), 'utf8');
const hint = 'the page is out of date: run `npx tsx scripts/write-docs.ts`';

it('docs/config.md is what the schemas say', () => {
  const specs = Object.values(bmcDrivers).map(({ spec }) => spec);
  expect(doc('config.md'), hint).toBe(renderConfigDoc(specs, doc('example.yaml')));
});

it('docs/errors.md is what the catalogue says', () => {
  expect(doc('errors.md'), hint).toBe(renderErrorsDoc());
});

it('docs/alerts.md is what the table says', () => {
  expect(doc('alerts.md'), hint).toBe(renderAlertsDoc());
});

it('every key and option has a description and a range in words', () => {
  const specs = Object.values(bmcDrivers).map(({ spec }) => spec);
  for (const row of renderConfigDoc(specs, '').match(/^\| `.*$/gm) ?? []) {
    const [, , value, , meaning] = row.split(/(?<!\\)\|/);
    expect(value?.trim(), row).not.toMatch(/^(|a valid value)$/);
    expect(meaning?.trim(), row).not.toBe('');
  }
});

it('the example is a good configuration', async () => {
  const { folder, write, problems } = createWorkspace();
  write('etc/bmc.pw', 'secret\n');
  write('etc/server2.kg', '00112233\n');
  write('etc/trap-communities', 'one\nanother\n');
  for (const name of ['auth', 'priv']) write(`etc/bmc.${name}`, 'eight bytes or more\n');
  const text = doc('example.yaml').replaceAll('/etc/noroshi', join(folder, 'etc'));
  expect(await problems(text)).toEqual([]);
});
