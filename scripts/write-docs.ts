// Writes the generated pages of docs/: run with `npx tsx scripts/write-docs.ts` after a schema, a code or the
// behaviour that docs/proof.md shows changed.
import { readFileSync, writeFileSync } from 'node:fs';
import { bmcDrivers } from '../src/bmc/drivers/index.ts';
import { runMatrix } from '../test/support/proof/matrix.ts';
import { renderAlertsDoc } from './docs/alerts-doc.ts';
import { renderConfigDoc } from './docs/config-doc.ts';
import { renderErrorsDoc } from './docs/errors-doc.ts';
import { renderEvidenceDoc } from './docs/evidence-doc.ts';
import { renderProofDoc } from './docs/proof-doc.ts';

const docs = new URL('../docs/', import.meta.url);
const specs = Object.values(bmcDrivers).map(({ spec }) => spec);
const example = readFileSync(new URL('example.yaml', docs), 'utf8');

writeFileSync(new URL('alerts.md', docs), renderAlertsDoc());
writeFileSync(new URL('config.md', docs), renderConfigDoc(specs, example));
writeFileSync(new URL('errors.md', docs), renderErrorsDoc());
writeFileSync(new URL('evidence.md', docs), renderEvidenceDoc());
writeFileSync(new URL('proof.md', docs), renderProofDoc(await runMatrix()));
