// Compiles src/ into dist/ with plain tsc. npm runs this on install and again when npx links the package, so it does
// nothing when dist was already made from the very same input. The new output is swapped in by rename: whoever runs
// the old one meanwhile never sees a half-written folder, and a deleted source leaves nothing behind.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const stampFile = join(dist, '.build-stamp');
const typescript = createRequire(import.meta.url).resolve('typescript/package.json');

const stamp = fingerprintOfInput();
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) process.exitCode = build();

/** Contents, not times: a checkout or a copy touches every file without changing one. */
function fingerprintOfInput() {
  const sources = readdirSync(join(root, 'src'), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => join('src', name));
  const hash = createHash('sha256');
  for (const name of ['package.json', 'tsconfig.json', 'scripts/build.mjs', ...sources]) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(root, name)))
      .update('\0');
  }
  return hash.update(readFileSync(typescript)).digest('hex');
}

function build() {
  // At the depth of dist, so that the relative paths inside the source maps stay right after the rename.
  const next = join(root, `dist.next-${process.pid}`);
  const old = join(root, `dist.old-${process.pid}`);
  try {
    const compiler = [join(dirname(typescript), 'bin/tsc'), '-p', join(root, 'tsconfig.json'), '--outDir', next];
    const result = spawnSync(process.execPath, compiler, { cwd: root, encoding: 'utf8' });
    if (result.status !== 0) {
      process.stderr.write(`${result.stdout}${result.stderr}build failed; dist is as it was\n`);
      return 1;
    }
    writeFileSync(join(next, '.build-stamp'), stamp);
    swap(next, old);
    return 0;
  } finally {
    rmSync(next, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/** Another build may swap at the same moment; whoever comes later wins. */
function swap(next, old) {
  for (let tries = 0; ; tries += 1) {
    try {
      rmSync(old, { recursive: true, force: true });
      if (existsSync(dist)) renameSync(dist, old);
      renameSync(next, dist);
      return;
    } catch (error) {
      if (tries === 9 || !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    }
  }
}
