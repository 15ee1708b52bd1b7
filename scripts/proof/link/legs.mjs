// What takes round trips, done by clients that know nothing of mp-bench (node:http, node:https, ws).
import { createSecureContext } from 'node:tls';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

export const SAMPLES = 201;
// A collector's processes are never idle: samples that wait for each other measure how cold processes wake up.
export const PACED_EVERY_MS = 20;
const WARM_UP = 32;
const OPEN_CONNECTIONS = 500;
const PATH = '/api/v3/ping';

/**
 * What is measured, over which of the sites, and the one-way trips it must take: for each, how many segments have to
 * arrive. A server's last flight of a TLS handshake and its answer are written one after the other.
 */
export const LEGS = {
  'cold HTTP': {
    flights: [1, 1, 1, 1],
    site: 'plain',
    sample: ({ plain }) => timed(() => get(httpRequest, plain.rest + PATH, { agent: false })),
  },
  'cold HTTPS': {
    flights: [1, 1, 1, 1, 1, 2],
    site: 'secure',
    sample: ({ secure, tls }) => timed(() => get(httpsRequest, secure.rest + PATH, { agent: false, ...tls })),
  },
  'warm HTTP': {
    flights: [1, 1],
    site: 'plain',
    sample: ({ plain, warmHttp }) => timed(() => get(httpRequest, plain.rest + PATH, { agent: warmHttp })),
  },
  'warm HTTPS': {
    flights: [1, 1],
    site: 'secure',
    sample: ({ secure, warmHttps }) => timed(() => get(httpsRequest, secure.rest + PATH, { agent: warmHttps })),
  },
  'wss open': { flights: [1, 1, 1, 1, 1, 1], site: 'secure', sample: sampleWssOpen },
};

/** Two sites of the exchange behind `link`, with other `wss` connections open to the second. */
export async function openSites(exchange, link, seed) {
  const site = { venues: ['binance'], seed, endpoints: 1, symbols: 4, activity: 1, link };
  const plain = await exchange.open({ ...site, id: 'plain', tls: false });
  const secure = await exchange.open({ ...site, id: 'secure', tls: true });
  const tls = { secureContext: createSecureContext({ ca: secure.ca }) };
  const context = {
    exchange,
    plain: plain.endpoints[0],
    secure: secure.endpoints[0],
    symbol: plain.symbols.binance[0],
    tls,
    warmHttp: new HttpAgent({ keepAlive: true, maxSockets: WARM_UP }),
    warmHttps: new HttpsAgent({ keepAlive: true, maxSockets: WARM_UP, ...tls }),
  };
  return { ...context, crowd: await openCrowd(context) };
}

/** Closes the clients; says how many of the other connections were still open. */
export function closeClients({ crowd, warmHttp, warmHttps }) {
  const open = crowd.filter((socket) => socket.readyState === WebSocket.OPEN).length;
  for (const socket of crowd) socket.terminate();
  warmHttp.destroy();
  warmHttps.destroy();
  return open;
}

/**
 * For each leg the times in ms, sorted, their median, and the mean of the bytes that went over the link for it, both
 * ways. Samples begin at a fixed pace, whatever becomes of the earlier ones. The first ones warm the code and dial what
 * is to be warm; they do not count.
 */
export async function measureLegs(context) {
  const legs = {};
  for (const [kind, { site, sample }] of Object.entries(LEGS)) {
    await Promise.all(Array.from({ length: WARM_UP }, () => sample(context)));
    const bytesBefore = await bytesOver(context.exchange, site);
    const samples = [];
    for (let i = 0; i < SAMPLES; i += 1) {
      samples.push(sample(context));
      await sleep(PACED_EVERY_MS);
    }
    const values = (await Promise.all(samples)).toSorted((a, b) => a - b);
    const bytes = ((await bytesOver(context.exchange, site)) - bytesBefore) / SAMPLES;
    legs[kind] = { medianMs: values[(SAMPLES - 1) / 2], bytes, times: values.map((value) => Number(value.toFixed(3))) };
  }
  return legs;
}

async function bytesOver(exchange, site) {
  const { counts } = await exchange.snapshot(site);
  return counts.bytesRead + counts.bytesWritten;
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

export async function get(request, url, options, onSocket = () => {}) {
  const outgoing = request(url, options).once('socket', onSocket);
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
}

async function sampleWssOpen({ secure, tls }) {
  let socket;
  const openedMs = await timed(async () => {
    socket = new WebSocket(`${secure.ws}/ws`, tls);
    await once(socket, 'open');
  });
  socket.terminate();
  return openedMs;
}

/** In groups, so that no listen queue overflows. */
async function openCrowd({ secure, tls }) {
  const crowd = [];
  while (crowd.length < OPEN_CONNECTIONS) {
    const group = Array.from({ length: 50 }, () => new WebSocket(`${secure.ws}/ws`, tls));
    crowd.push(...group);
    await Promise.all(group.map((socket) => once(socket, 'open')));
  }
  return crowd;
}
