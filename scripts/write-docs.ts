// Writes the generated pages of docs/: run with `npx tsx scripts/write-docs.ts` after a schema, a code or the
// behaviour that docs/proof.md shows changed.
import { readFileSync, writeFileSync } from 'node:fs';
import { bmcDrivers } from '../src/bmc/drivers/index.ts';
import { mibText } from '../src/bridge/noc/snmp/mib.ts';
import { defaultBaseOid } from '../src/bridge/noc/snmp/objects.ts';
import { runMatrix } from '../test/support/proof/matrix.ts';
import { renderAlertsDoc } from './docs/alerts-doc.ts';
import { renderConfigDoc } from './docs/config-doc.ts';
import { renderErrorsDoc } from './docs/errors-doc.ts';
import { renderEvidenceDoc } from './docs/evidence-doc.ts';
import { renderProofDoc } from './docs/proof-doc.ts';

const mib = new URL('../mibs/NOROSHI-MIB.txt', import.meta.url);
const docs = new URL('../docs/', import.meta.url);
const specs = Object.values(bmcDrivers).map(({ spec }) => spec);
const example = readFileSync(new URL('example.yaml', docs), 'utf8');

writeFileSync(new URL('alerts.md', docs), renderAlertsDoc());
writeFileSync(new URL('config.md', docs), renderConfigDoc(specs, example));
writeFileSync(new URL('errors.md', docs), renderErrorsDoc());
writeFileSync(new URL('evidence.md', docs), renderEvidenceDoc());
writeFileSync(mib, mibText(defaultBaseOid));
writeFileSync(new URL('proof.md', docs), renderProofDoc(await runMatrix()));
