// Runs a real client, ccxt, against `mp-bench mock` of every venue:  npm run check [-- <venue>…]
// Prints a line for each check and exits 1 when one failed. Venues come one after the other; nothing is left running.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startMock } from './mock.mjs';

const VENUES = ['binance', 'binance-usdm', 'okx', 'deribit', 'bybit', 'coinbase'];
const ONE_VENUE = fileURLToPath(new URL('one-venue.mjs', import.meta.url));
const MARKET = { seed: 11, symbols: 4 };
const LONGEST_MS = 120_000;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 };

const counts = { passed: 0, failed: 0 };
/** The process that runs checks; undefined between venues. */
let child;
/** The exit code, once it was asked to stop. */
let stopped;

async function main(chosen) {
  const unknown = chosen.filter((name) => !VENUES.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`no such venue: ${unknown.join(', ')}; there are ${VENUES.join(', ')}\n`);
    return 64;
  }
  for (const name of chosen.length > 0 ? chosen : VENUES) if (!stopped) await checkVenue(name);
  process.stdout.write(`clients: ${counts.passed} passed, ${counts.failed} failed${stopped ? ', stopped' : ''}\n`);
  return stopped ?? (counts.failed === 0 ? 0 : 1);
}

async function checkVenue(name) {
  const options = ['--seed', String(MARKET.seed), '--symbols', String(MARKET.symbols)];
  const mocks = await Promise.allSettled([startMock(name, options), startMock(name, [...options, '--tls'])]);
  try {
    const refused = mocks.find(({ status }) => status === 'rejected');
    if (refused) throw refused.reason;
    const [plain, tls] = mocks.map(({ value }) => value);
    if (!stopped) await runChecks(name, { ...MARKET, plain, tls });
  } catch (error) {
    if (!stopped) tally(`not ok ${name}: ${error.message}`);
  } finally {
    await Promise.all(mocks.map(({ value }) => value?.stop()));
  }
}

/** Runs the checks of a venue in a process that trusts the mock's authority. */
async function runChecks(name, described) {
  child = spawn(process.execPath, [ONE_VENUE, name, JSON.stringify(described)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: described.tls.ca },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  createInterface({ input: child.stdout }).on('line', tally);
  const [code, signal] = await once(child, 'close');
  child = undefined;
  if (code !== 0) throw new Error(`its checks ended with ${signal ?? code}`);
}

function tally(line) {
  process.stdout.write(`${line}\n`);
  if (line.startsWith('ok ')) counts.passed += 1;
  if (line.startsWith('not ok ')) counts.failed += 1;
}

// What was started is stopped on the way out, as at any other end.
function stop(code) {
  stopped ??= code;
  child?.kill('SIGKILL');
}

for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => stop(code));
// Nobody reads on.
process.stdout.on('error', () => stop(1));

process.exitCode = await main(process.argv.slice(2));
