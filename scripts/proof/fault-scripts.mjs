// Does the pool of streams keep its word when anything may go wrong? 200 scripts drawn from seeds: venue, pool options,
// streams, changes of mind and one to six faults over an hour of the venue's time on real sockets, judged by what the
// consumers saw against the exchange's ledger. One alone, with all that happened:
//   node scripts/proof/fault-scripts/one.mjs <seed> --events [--trace <stream>]
import { startExchange } from '../../dist/exchange/client.js';
import { describe } from './fault-scripts/describe.mjs';
import { LATE_MS, watchExchange } from './fault-scripts/lateness.mjs';
import { renderPage } from './fault-scripts/page.mjs';
import { runScript } from './fault-scripts/run-script.mjs';

const SCRIPTS = 200;
/** What is lost, repeated and told of does not depend on how fast the machine is, so that several may run at once. */
const AT_ONCE = 8;
/** How often a script is run when a limit was broken while a process was too late to keep it. */
const TRIES = 3;

export default {
  version: 3,
  trials: () =>
    Array.from({ length: SCRIPTS / AT_ONCE }, (_, index) => `seeds ${index * AT_ONCE + 1}-${(index + 1) * AT_ONCE}`),
  runTrial,
  render: (results) => renderPage([...results.values()].flat(), SCRIPTS),
};

async function runTrial(id) {
  const [first, last] = /(\d+)-(\d+)/.exec(id).slice(1).map(Number);
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const exchange = await startExchange();
  const lateness = await watchExchange(exchange);
  try {
    return await Promise.all(seeds.map((seed) => judge(exchange, lateness, seed)));
  } finally {
    await lateness.stop();
    await exchange.shutdown();
  }
}

/** The verdict on a script; what failed in a run that had to be repeated for the sake of a limit stays on its account. */
async function judge(exchange, lateness, seed) {
  const failed = [];
  for (let tries = 1; ; tries += 1) {
    const { verdict } = await runAndTell(exchange, lateness, seed);
    failed.push(...verdict.failures);
    const { limits, lateMs } = verdict;
    const judged = limits.length === 0 || lateMs <= LATE_MS;
    if (judged || tries === TRIES)
      return { ...verdict, tries, failures: judged ? [...failed, ...limits] : failed, limits: judged ? [] : limits };
  }
}

async function runAndTell(exchange, lateness, seed) {
  const run = await runScript(exchange, lateness, seed);
  const { failures, limits } = run.verdict;
  if (failures.length + limits.length > 0) process.stderr.write(`${describe(run)}\n`);
  return run;
}
