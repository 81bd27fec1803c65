// Runs before `npm start` and `npm test`: installs and builds what is missing or out of date, and says so
// (`--install-only` leaves the build alone). Silent when there is nothing to do. Plain JavaScript without dependencies: on a fresh clone there are none.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildMark, changedAt, newestBelow, root } from './tree.mjs';

const leastNode = [20, 19];

const stop = (sentence) => {
  console.error(`noroshi: ${sentence}`);
  process.exit(1);
};

const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])) return;
  stop(
    `this is Node ${process.versions.node}, but Noroshi needs Node ${leastNode.join('.')} or newer; install it and try again.`,
  );
};

/** npm writes this file last, so a broken-off installation has none. */
const installed = () => changedAt(join(root, 'node_modules', '.package-lock.json'));

const installReason = () => {
  const at = installed();
  if (at === undefined) return 'the packages are not installed yet';
  return at < (changedAt(join(root, 'package-lock.json')) ?? 0) ? 'package-lock.json changed' : undefined;
};

const buildReason = () => {
  if (!existsSync(join(root, 'src'))) return undefined;
  const builtAt = existsSync(join(root, 'dist', 'main.js')) ? changedAt(buildMark) : undefined;
  if (builtAt === undefined) return 'dist/ is missing or unfinished';
  const sources = [newestBelow(join(root, 'src'))];
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
    sources.push(changedAt(join(root, file)) ?? 0);
  }
  return builtAt < Math.max(...sources) ? 'dist/ is older than its sources' : undefined;
};

/** Runs one step on this terminal; a step that fails ends everything with `sentence`. */
const step = (command, args, sentence) => {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) stop(`${sentence}${error ? ` (${error.message})` : ''}`);
};

const install = () => {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev'];
  const [command, rest] = npm?.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args];
  step(command, rest, 'npm ci failed, so nothing was started; see its messages above.');
};

checkNode();
const toInstall = installReason();
if (toInstall) {
  console.log(`noroshi: ${toInstall}: running "npm ci --include=dev" (a minute or two).`);
  install();
}
const toBuild = process.argv.includes('--install-only') ? undefined : buildReason();
if (toBuild) {
  console.log(`noroshi: ${toBuild}: building.`);
  step(process.execPath, [join(root, 'scripts', 'build.mjs')], 'the build failed, so nothing was started.');
}
