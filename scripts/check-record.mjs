// Reads a run's record (a file, or stdin) and fails unless it is a whole answer: a verdict that matches the exit code,
// a verdict for each of the plan's nine targets, and no disagreement between the two witnesses.
//   node scripts/check-record.mjs --exit <code> [record.json]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** The nine targets of the plan and the rows that judge them (set-up time is judged by two). */
const TARGETS = {
  'connection reuse': ['reuse'],
  'set-up time': ['setup-cost', 'setup-wait'],
  'hit rate': ['hit-rate'],
  utilization: ['utilization'],
  failover: ['failover'],
  health: ['health'],
  lifetime: ['lifetime'],
  'network errors': ['errors'],
  'three days together': ['throughput'],
};
const VERDICT_OF_EXIT = { 0: ['pass', 'inconclusive'], 99: ['fail'] };

const { values, positionals } = parseArgs({ options: { exit: { type: 'string' } }, allowPositionals: true });
const problems = problemsOf(JSON.parse(readFileSync(positionals[0] ?? 0, 'utf8')), values.exit);
for (const problem of problems) process.stderr.write(`record: ${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

function problemsOf(record, exit) {
  const scenarios = record.scenarios ?? [];
  const rows = scenarios.flatMap((scenario) => scenario.targets);
  const checks = scenarios.flatMap((scenario) => scenario.witness.checks);
  const found = [];
  if (record.schemaVersion !== 1) found.push(`schemaVersion is ${record.schemaVersion}, expected 1`);
  if (!VERDICT_OF_EXIT[exit]?.includes(record.verdict)) {
    found.push(
      `verdict "${record.verdict}" with exit code ${exit}; expected pass or inconclusive with 0, fail with 99`,
    );
  }
  for (const [target, ids] of Object.entries(TARGETS)) {
    for (const id of ids) found.push(...problemsOfTarget(target, id, rows));
  }
  if (checks.length === 0) found.push('not one witness check was made');
  for (const check of checks.filter((one) => !one.agree || one.remainder !== 0)) {
    found.push(`witnesses disagree: ${check.arm} ${check.id}, remainder ${check.remainder} (${check.identity})`);
  }
  for (const scenario of scenarios.filter((one) => !one.witness.agree)) {
    found.push(`scenario ${scenario.name}: the witnesses do not agree`);
  }
  return found;
}

function problemsOfTarget(target, id, rows) {
  const judged = rows.filter((row) => row.id === id);
  if (judged.length === 0) return [`target "${target}": no row ${id}`];
  return judged
    .filter((row) => !['pass', 'fail', 'inconclusive'].includes(row.verdict))
    .map((row) => `target "${target}" (${id}): verdict ${row.verdict}; ${row.reason}`);
}
