// Compares mp-bench's parts with their peers:  npm run bench [-- <group>…] [--json] [--launches n]
// Exits 99 when a bound is missed, 64 on wrong usage. What a bound says was fixed before the first measurement.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

const here = import.meta.dirname;
const run = promisify(execFile);

async function main() {
  const names = readdirSync(join(here, 'groups')).map((file) => file.replace(/\.mjs$/, ''));
  const options = readOptions(names);
  if (options === undefined) return 64;
  prepare();
  const { judge } = await import('./measure.mjs');
  const { renderTable } = await import('./table.mjs');
  const rows = [];
  for (const name of options.groups) {
    const { ratios } = (await import(`./groups/${name}.mjs`)).default;
    for (const ratio of ratios) {
      process.stderr.write(`${ratio.id}: ${ratio.note}\n`);
      rows.push(judge(ratio, await launches(name, ratio.id, options.launches)));
    }
  }
  process.stdout.write(options.json ? `${JSON.stringify({ ratios: rows }, null, 2)}\n` : renderTable(rows));
  return rows.every((row) => row.holds !== false) ? 0 : 99;
}

function readOptions(names) {
  const usage = `usage: npm run bench [-- <group>…] [--json] [--launches n]; groups: ${names.join(', ')}\n`;
  try {
    const { values, positionals } = parseArgs({
      options: { json: { type: 'boolean', default: false }, launches: { type: 'string', default: '12' } },
      allowPositionals: true,
    });
    const count = Number(values.launches);
    const unknown = positionals.filter((name) => !names.includes(name));
    if (unknown.length > 0) throw new Error(`no such group: ${unknown.join(', ')}`);
    // Below six launches no interval at 95 % exists.
    if (!Number.isInteger(count) || count < 6 || count > 25) throw new Error('--launches takes 6 to 25');
    return { json: values.json, launches: count, groups: positionals.length > 0 ? positionals : names };
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}`);
    return undefined;
  }
}

/** Each in a process of its own, one after the other. */
async function launches(group, id, count) {
  const results = [];
  for (let launch = 0; launch < count; launch += 1) {
    const { stdout } = await run(process.execPath, [join(here, 'launch.mjs'), group, id]);
    results.push(JSON.parse(stdout));
  }
  return results;
}

/** The peers live in a package of their own, installed on first use; the project itself is built when it changed. */
function prepare() {
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
  if (!existsSync(join(here, 'node_modules'))) execFileSync('npm', ['ci', '--prefix', here], quiet);
  execFileSync(process.execPath, [join(here, '../scripts/build.mjs')], quiet);
}

process.exitCode = await main();
