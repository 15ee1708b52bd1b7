// What the mock exchange costs on top of what it is made of: a request through venue, ledger and link against a bare
// node:http server that answers the same bytes, and market data to many connections against a bare `ws` server that
// sends the same messages. The clients are raw and cheap, so that the servers are what is measured.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startExchange } from '../../dist/exchange/client.js';
import { startBareFanOut, startBareServer, startCrowd } from '../bare.mjs';
import { openBareWebSocket } from '../bare-websocket.mjs';
import { cpuSeconds, residentBytes } from '../process-usage.mjs';
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

const LISTENERS = 100;
const RECORDING_MS = 2000;
const SETTLE_MS = 200;
const SLICE_MS = 800;

/**
 * Messages delivered to the listeners in a slice, by second of CPU time that the server took for them. Not by second of
 * the clock: a market decides when it has something to say, so what differs between two servers is how busy they are,
 * and that does not depend on what else runs on the machine.
 */
async function deliveredPerCpuSecond(pid, listeners) {
  await sleep(SETTLE_MS);
  const delivered = () => listeners.reduce((sum, listener) => sum + listener.messages, 0);
  const [messages, seconds] = [delivered(), cpuSeconds(pid)];
  await sleep(SLICE_MS);
  return (delivered() - messages) / (cpuSeconds(pid) - seconds);
}

/** What the streams send in a while, as [[atMs, text], …]. */
async function record(origin, streams) {
  const socket = new WebSocket(`${origin}/ws/${streams.join('/')}`);
  const recording = [];
  socket.on('message', (data) => recording.push([performance.now(), Buffer.from(data).toString()]));
  await once(socket, 'message');
  await sleep(RECORDING_MS);
  socket.terminate();
  const startedAtMs = recording[0][0];
  return recording.map(([atMs, text]) => [atMs - startedAtMs, text]);
}

const fanOut = (site, streamOf) => async () => {
  const exchange = await startExchange();
  const { endpoints, symbols } = await exchange.open({ ...SITE, ...site, link: { rttMs: 0 } });
  const streams = symbols.binance.map(streamOf);
  const bare = await startBareFanOut({ recording: await record(endpoints[0].ws, streams) });
  const listen = (origin) => Promise.all(Array.from({ length: LISTENERS }, () => openBareWebSocket(`${origin}/ws`)));
  const [ours, peer] = [await listen(endpoints[0].ws), await listen(bare.origin)];
  const sent = async () => (await exchange.snapshot(SITE.id)).counts.messagesSent;
  const sentBefore = await sent();
  let calls = 0;
  const call = (method) => {
    calls += 1;
    for (const listener of ours) listener.send(JSON.stringify({ method, params: streams, id: 1 }));
  };
  return {
    async ours() {
      call('SUBSCRIBE');
      const value = await deliveredPerCpuSecond(exchange.pid, ours);
      call('UNSUBSCRIBE');
      await sleep(SETTLE_MS);
      return value;
    },
    async peer() {
      bare.tell({ on: true });
      const value = await deliveredPerCpuSecond(bare.pid, peer);
      bare.tell({ on: false });
      await sleep(SETTLE_MS);
      return value;
    },
    async close() {
      // Each call was acknowledged to each listener.
      const heard = ours.reduce((sum, listener) => sum + listener.messages, 0) - calls * LISTENERS;
      const booked = (await sent()) - sentBefore;
      if (heard !== booked) throw new Error(`${heard} messages were heard, and ${booked} are in the ledger`);
      for (const listener of [...ours, ...peer]) listener.close();
      await Promise.all([bare.close(), exchange.shutdown()]);
    },
  };
};

const CROWD = 10_000;
const BUDGET_BYTES = 2 ** 30;
const LOOKS = 10;
const LOOK_EVERY_MS = 50;

/** Most memory of the process in half a second, while the crowd is complete and hears something. */
async function residentWith(pid, crowd) {
  const before = await crowd.ask({});
  let most = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    await sleep(LOOK_EVERY_MS);
    most = Math.max(most, residentBytes(pid));
  }
  const after = await crowd.ask({});
  if (after.open < CROWD) throw new Error(`only ${after.open} of ${CROWD} connections are open`);
  if (after.messages === before.messages) throw new Error('the connections hear nothing');
  return most;
}

async function holdCrowd() {
  const exchange = await startExchange();
  const { endpoints, symbols } = await exchange.open({ ...SITE, link: { rttMs: 0 } });
  const paths = symbols.binance.map((symbol) => `/ws/${symbol.toLowerCase()}@miniTicker`);
  const crowd = await startCrowd({ origin: endpoints[0].ws, paths, count: CROWD });
  return {
    ours: () => residentWith(exchange.pid, crowd),
    peer: () => BUDGET_BYTES,
    async close() {
      const { counts } = await exchange.snapshot(SITE.id);
      await Promise.all([crowd.close(), exchange.shutdown()]);
      if (counts.subscribes !== CROWD) throw new Error(`${counts.subscribes} of ${CROWD} connections subscribed`);
    },
  };
}

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
    {
      id: 'exchange.fan-out-depth/ws',
      note: `changes of 30 order books to ${LISTENERS} connections, messages a CPU second, ÷ ws with the same messages`,
      bound: { op: '>=', value: 0.7 },
      open: fanOut({ symbols: 30 }, (symbol) => `${symbol.toLowerCase()}@depth@100ms`),
    },
    {
      id: 'exchange.fan-out-trade/ws',
      note: `trades of 8 symbols to ${LISTENERS} connections, messages a CPU second, ÷ ws with the same messages`,
      bound: { op: '>=', value: 0.7 },
      open: fanOut({ activity: 2 }, (symbol) => `${symbol.toLowerCase()}@trade`),
    },
    {
      id: 'exchange.crowd/1-GiB',
      note: `memory of the mock with ${CROWD} WebSockets open and subscribed, ÷ 1 GiB`,
      bound: { op: '<=', value: 1 },
      open: holdCrowd,
    },
  ],
};
