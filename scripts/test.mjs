// `npm test`: runs vitest and ends with one line, `N passed, N failed, N skipped`.
// Where CI=true it installs the peers of the interop tests first. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests, summaryLine } from './test-report.mjs';
import { root } from './tree.mjs';

const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' });

/** What vitest wrote, or undefined where it ended before writing a whole report. */
const readReport = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

const setUpPeers = () => {
  if (process.env.CI !== 'true') return;
  const { status } = run('bash', [join(root, 'scripts', 'setup-peers.sh')]);
  if (status !== 0)
    console.log('test: the peers could not be installed, so their tests will fail; see above.');
};

const runVitest = (folder) => {
  const report = join(folder, 'report.json');
  const vitest = join(root, 'node_modules', '.bin', 'vitest');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status, signal } = run(vitest, ['run', ...reporters, ...process.argv.slice(2)]);
  return countTests(readReport(report), status, signal);
};

const folder = mkdtempSync(join(tmpdir(), 'noroshi-test-'));
try {
  setUpPeers();
  const { counts, remarks } = runVitest(folder);
  for (const remark of remarks) console.log(`test: ${remark}`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
  console.log(summaryLine(counts));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
