// Runs the experiments that take too long for tests:  npm run proof [-- <name>…] [--render]
// Raw results are appended to proof/<name>.ndjson one trial at a time; a run that was stopped goes on with the trials
// that are missing. Tables are rendered into docs/proof-<name>.md; --render does only that, from what is there.
//
// An experiment is a file beside this one with a default export:
//   { version, trials(): string[], runTrial(id): Promise<result>, render(results: Map<id, result>): string }
// `version` changes with anything that makes older results incomparable; those are then left out.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const root = join(here, '../..');

async function main() {
  const names = readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'run.mjs')
    .map((entry) => entry.name.replace(/\.mjs$/, ''));
  const options = readOptions(names);
  if (options === undefined) return 64;
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  for (const name of options.names) {
    const { default: experiment } = await import(`./${name}.mjs`);
    await prove(name, experiment, options.render);
  }
  return 0;
}

function readOptions(names) {
  const usage = `usage: npm run proof [-- <name>…] [--render]; experiments: ${names.join(', ')}\n`;
  try {
    const { values, positionals } = parseArgs({
      options: { render: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const unknown = positionals.filter((name) => !names.includes(name));
    if (unknown.length > 0) throw new Error(`no such experiment: ${unknown.join(', ')}`);
    return { render: values.render, names: positionals.length > 0 ? positionals : names };
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}`);
    return undefined;
  }
}

async function prove(name, experiment, renderOnly) {
  const file = join(root, 'proof', `${name}.ndjson`);
  const results = readResults(file, experiment.version);
  const trials = experiment.trials();
  const missing = renderOnly ? [] : trials.filter((id) => !results.has(id));
  process.stderr.write(`${name}: ${trials.length} trials, ${missing.length} to run\n`);
  for (const id of missing) {
    const startedAt = performance.now();
    const result = await experiment.runTrial(id);
    results.set(id, result);
    append(file, { trial: id, version: experiment.version, result });
    process.stderr.write(`  ${id}: ${((performance.now() - startedAt) / 1e3).toFixed(1)} s\n`);
  }
  const known = new Map(trials.filter((id) => results.has(id)).map((id) => [id, results.get(id)]));
  if (known.size === 0) return;
  const page = join(root, 'docs', `proof-${name}.md`);
  writeFileSync(page, `${experiment.render(known).trim()}\n\n${provenance(name, known.size, trials.length)}\n`);
  process.stderr.write(`  written to ${page}\n`);
}

/** The last result of each trial of this version. A line cut off by a kill is as if it had not been run. */
function readResults(file, version) {
  if (!existsSync(file)) return new Map();
  const rows = readFileSync(file, 'utf8').split('\n').flatMap(parseRow);
  return new Map(rows.filter((row) => row.version === version).map((row) => [row.trial, row.result]));
}

function parseRow(line) {
  try {
    return line === '' ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}

function append(file, row) {
  mkdirSync(dirname(file), { recursive: true });
  const cutOff = existsSync(file) && !readFileSync(file, 'utf8').endsWith('\n');
  appendFileSync(file, `${cutOff ? '\n' : ''}${JSON.stringify(row)}\n`);
}

function provenance(name, done, planned) {
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}, ${gigabytes} GB, Linux ${release().split('-')[0]}, Node ${process.version}`;
  return `Written by \`npm run proof -- ${name}\` from ${done} of ${planned} trials. Machine: ${machine}.`;
}

process.exitCode = await main();
