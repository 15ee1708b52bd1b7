// Runs the script of one seed, or of several one after the other, and tells all about it:
//   node scripts/proof/fault-scripts/one.mjs <seed…> [--trace <stream>] [--events]
import { parseArgs } from 'node:util';
import { startExchange } from '../../../dist/exchange/client.js';
import { describe, timeline } from './describe.mjs';
import { watchExchange } from './lateness.mjs';
import { runScript } from './run-script.mjs';

const { values, positionals } = parseArgs({
  options: { trace: { type: 'string' }, events: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const exchange = await startExchange();
const lateness = await watchExchange(exchange);
try {
  for (const seed of positionals.map(Number)) {
    const run = await runScript(exchange, lateness, seed);
    process.stdout.write(`${describe(run)}\n`);
    if (values.events || values.trace !== undefined) process.stdout.write(`${timeline(run, values.trace)}\n`);
    const { failures, limits } = run.verdict;
    if (failures.length + limits.length > 0) process.exitCode = 1;
  }
} finally {
  await lateness.stop();
  await exchange.shutdown();
}
