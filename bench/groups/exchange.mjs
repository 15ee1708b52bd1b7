// What the mock exchange costs on top of node:http: a request through venue, ledger and link against a bare server that
// answers the same bytes. The client is raw and cheap, so that the servers are what is measured.
import { startExchange } from '../../dist/exchange/client.js';
import { startBareServer } from '../bare.mjs';
import { openRawClient } from '../raw-client.mjs';

const SITE = { id: 'bench', venues: ['binance'], seed: 'bench', endpoints: 1, tls: false, symbols: 8, activity: 1 };
const REQUESTS = 8000;
const IN_FLIGHT = 16;
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'content-length', 'date', 'transfer-encoding']);

/** Requests a second of one pipelining connection. */
async function requestsPerSecond(client) {
  const startedAt = performance.now();
  await client.run(REQUESTS);
  return (REQUESTS * 1e3) / (performance.now() - startedAt);
}

const against = (pathOf) => async () => {
  const exchange = await startExchange();
  const site = await exchange.open({ ...SITE, link: { rttMs: 0 } });
  const mock = site.endpoints[0].rest;
  const path = pathOf(site.symbols.binance[0]);
  const answer = await fetch(mock + path);
  if (answer.status !== 200) throw new Error(`the mock exchange answered ${answer.status}`);
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !HOP_BY_HOP.has(name)));
  const bare = await startBareServer({ headers, body: await answer.text() });
  const clients = [await openRawClient(mock, path, IN_FLIGHT), await openRawClient(bare.origin, path, IN_FLIGHT)];
  return {
    ours: () => requestsPerSecond(clients[0]),
    peer: () => requestsPerSecond(clients[1]),
    async close() {
      for (const client of clients) client.close();
      await Promise.all([bare.close(), exchange.shutdown()]);
    },
  };
};

export default {
  name: 'exchange',
  ratios: [
    {
      id: 'exchange.depth-100/node:http',
      note: 'order books of 100 levels a second, ÷ node:http with the same bytes',
      bound: { op: '>=', value: 0.5 },
      open: against((symbol) => `/api/v3/depth?symbol=${symbol}&limit=100`),
    },
    {
      id: 'exchange.depth-5/node:http',
      note: 'order books of 5 levels a second, ÷ node:http with the same bytes',
      bound: { op: '>=', value: 0.5 },
      open: against((symbol) => `/api/v3/depth?symbol=${symbol}&limit=5`),
    },
    {
      id: 'exchange.ping/node:http',
      note: 'empty answers a second, ÷ node:http with the same bytes',
      bound: { op: '>=', value: 0.5 },
      open: against(() => '/api/v3/ping'),
    },
  ],
};
