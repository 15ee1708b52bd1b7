// All checks of one venue, in a process of its own: whom the client trusts is read when Node starts.
//   node one-venue.mjs <venue> <JSON: { seed, symbols, plain, tls }, the last two as the mocks have printed them>
import { checkLedger } from './checks/ledger.mjs';
import { checkRest, fetchTrades } from './checks/rest.mjs';
import { checkStreams } from './checks/streams.mjs';
import { checkSurvival } from './checks/survival.mjs';
import { Control } from './control.mjs';
import { Core } from './core.mjs';
import { Report, expect } from './report.mjs';
import { venues } from './venues/index.mjs';
import { Witness } from './witness.mjs';

const [name, described] = process.argv.slice(2);
const { plain, tls, ...market } = JSON.parse(described);
const venue = venues[name];

async function main() {
  await withClient(name, plain, useAll);
  await withClient(`${name} over TLS`, tls, useAll);
  await withClient(`${name} under faults`, plain, async (run) => {
    await run.report.check('fetchTrades', () => fetchTrades(run.subjects[0]));
    await checkSurvival(run);
  });
}

async function useAll(run) {
  await checkRest(run);
  await checkStreams(run);
  await checkLedger(run);
}

/** Opens a client of a mock and hands it over, with everything that checks want to know of it. */
async function withClient(scope, { endpoints, control, ca }, work) {
  const [endpoint] = endpoints;
  const report = new Report(scope);
  const client = venue.open(endpoint);
  const witness = new Witness(client, endpoint, venue.streamOf);
  const core = new Core(market);
  try {
    const loaded = await report.check('loadMarkets', () => loadMarkets(client));
    if (!loaded) return;
    const subjects = venue.symbols.map((symbol) => {
      const instrument = venue.instrument(core, client.market(symbol));
      return { client, witness, core, venue, symbol, instrument };
    });
    await work({ report, control: new Control(control), client, witness, venue, subjects, tls: ca !== null });
  } finally {
    witness.end();
    await client.close();
  }
}

async function loadMarkets(client) {
  // Without TLS, streams have no agent before this.
  await client.loadHttpProxyAgent();
  const markets = await client.loadMarkets();
  for (const symbol of venue.symbols) expect(symbol in markets, `${symbol} is not listed`);
  return `${Object.keys(markets).length} markets`;
}

await main();
// Connections for requests stay open in the client's hands.
process.exit();
