// Compiles src/ to dist/: drops what has no source any more, type-checks, writes, marks the time.
// A failed build writes nothing, so that the last good one stays usable.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildMark, filesBelow, root } from './tree.mjs';

const dist = join(root, 'dist');

/** Removes compiled files whose source is gone: a renamed file must not live on in dist/. */
const dropStale = () => {
  if (!existsSync(dist)) return;
  for (const file of filesBelow(dist)) {
    const source = file.replace(/\.js(\.map)?$/, '.ts');
    if (source !== file && !existsSync(join(root, 'src', source))) rmSync(join(dist, file));
  }
};

const startedAt = new Date();
dropStale();
const tsc = join(root, 'node_modules', '.bin', 'tsc');
const { status, error } = spawnSync(tsc, ['-p', 'tsconfig.build.json', '--noEmitOnError'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) {
  console.error(
    error
      ? `build: ${tsc} did not start (${error.message}); run "npm ci --include=dev" first.`
      : 'build: the compiler found the errors above, so dist/ was not written; mend them and build again.',
  );
  process.exit(1);
}
mkdirSync(dist, { recursive: true });
writeFileSync(buildMark, `${startedAt.toISOString()}\n`);
utimesSync(buildMark, startedAt, startedAt);
chmodSync(join(root, 'bin', 'noroshi'), 0o755);
