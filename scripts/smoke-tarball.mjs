// Packs the project, installs the tarball into an empty folder, and uses it there as a stranger would: the command,
// the scenarios that ship with it, and every entry point of the library.
//   node scripts/smoke-tarball.mjs [--keep]
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { exports, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const work = mkdtempSync(join(tmpdir(), 'mp-bench-smoke-'));
const home = join(work, 'home');

try {
  const tarball = pack();
  install(tarball);
  importEveryEntry();
  useTheCommand();
  process.stdout.write('tarball: packed, installed, imported and run\n');
} finally {
  if (process.argv.includes('--keep')) process.stdout.write(`kept ${work}\n`);
  else rmSync(work, { recursive: true, force: true });
}

/** Runs a program to its end and gives its stdout; any exit code that is not expected throws with what it printed. */
function run(cwd, expected, program, ...args) {
  const result = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    timeout: 240_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = `${program} ${args.join(' ')}: exit ${result.status ?? result.signal}\n${result.stdout}${result.stderr}`;
  assert.ok(expected.includes(result.status), told);
  return result.stdout;
}

function pack() {
  const [packed] = JSON.parse(run(root, [0], 'npm', 'pack', '--json', '--pack-destination', work));
  const files = packed.files.map((file) => file.path);
  const strays = files.filter((file) => /^(src|test|bench|docs|scripts|reports|\.ci)\//.test(file));
  assert.deepEqual(strays, [], 'the tarball holds files that no user needs');
  for (const needed of ['bin/mp-bench.js', 'dist/index.d.ts', 'scenarios/rest-polling.yaml', 'LICENSE', 'README.md']) {
    assert.ok(files.includes(needed), `${needed} is missing from the tarball`);
  }
  return join(work, packed.filename);
}

function install(tarball) {
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  run(home, [0], 'npm', 'install', '--omit=dev', tarball);
}

function importEveryEntry() {
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
  const names = entries.map((entry) => entry.replace(/^\./, 'mp-bench'));
  const probe = `for (const name of ${JSON.stringify(names)}) {
    const exported = Object.keys(await import(name));
    if (exported.length === 0) throw new Error(name + ' exports nothing');
  }`;
  writeFileSync(join(home, 'probe.js'), probe);
  run(home, [0], process.execPath, 'probe.js');
}

function useTheCommand() {
  assert.match(run(home, [0], 'npx', '--no', '--', 'mp-bench', '--help'), /Usage: mp-bench/);
  assert.equal(run(home, [0], 'npx', '--no', '--', 'mp-bench', '--version').trim(), version);
  assert.match(run(home, [0], 'npx', '--no', '--', 'mp-bench', 'list'), /rest-polling/);
  const record = JSON.parse(
    run(home, [0, 99], 'npx', '--no', '--', 'mp-bench', 'run', 'rest-burst', '--quick', '--json'),
  );
  assert.deepEqual(
    record.scenarios.map((scenario) => [scenario.name, scenario.witness.agree]),
    [['rest-burst', true]],
  );
}
