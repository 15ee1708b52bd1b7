// Records the baselines that ship with the package: measures every scenario several times, in full and quick form, and
// stores what each stack did. Whoever changes what is measured runs this in the same commit.
//   npm run baselines [-- --full 5 --quick 5] [records to use instead…]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baselineFromRecords, writeBaseline } from '../dist/baseline/index.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const BASELINES = [
  { name: 'day1', stack: 'day1', role: 'reference' },
  { name: 'day2', stack: 'day2', role: 'reference' },
  { name: 'day3', stack: 'day3', role: 'gate' },
];

const { values, positionals } = parseArgs({
  options: { full: { type: 'string', default: '5' }, quick: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const records =
  positionals.length > 0
    ? positionals.map((path) => JSON.parse(readFileSync(path, 'utf8')))
    : [...measured(Number(values.full), []), ...measured(Number(values.quick), ['--quick'])];
for (const options of BASELINES) {
  const { baseline, skipped } = baselineFromRecords(records, options);
  const path = await writeBaseline(join(root, 'baselines'), baseline);
  const held = baseline.scenarios.map(({ name, mode, runs }) => `${name} ${mode} × ${runs.length}`);
  process.stdout.write(`${path}: ${held.join(', ')}\n`);
  const other = skipped.filter((reason) => !reason.includes('no arm'));
  for (const reason of other) process.stdout.write(`  left out: ${reason}\n`);
}

function measured(times, flags) {
  return Array.from({ length: times }, (_, i) => {
    process.stdout.write(`run ${i + 1} of ${times} ${flags.join(' ')}\n`);
    const args = [join(root, 'bin/mp-bench.js'), 'run', '--json', ...flags];
    const { stdout } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(stdout);
  });
}
