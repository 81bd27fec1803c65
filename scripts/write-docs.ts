// Writes the generated pages of docs/: run with `npx tsx scripts/write-docs.ts` after a schema or a code changed.
import { readFileSync, writeFileSync } from 'node:fs';
import { bmcDrivers } from '../src/bmc/drivers/index.ts';
import { renderConfigDoc } from './docs/config-doc.ts';
import { renderErrorsDoc } from './docs/errors-doc.ts';

const docs = new URL('../docs/', import.meta.url);
const specs = Object.values(bmcDrivers).map(({ spec }) => spec);
const example = readFileSync(new URL('example.yaml', docs), 'utf8');

writeFileSync(new URL('config.md', docs), renderConfigDoc(specs, example));
writeFileSync(new URL('errors.md', docs), renderErrorsDoc());
