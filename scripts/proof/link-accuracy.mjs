// Does the emulated link cost what a real one of that round-trip time would? Asked with clients that know nothing of
// mp-bench (node:http, node:https, ws), while 500 other connections are open.
import { createSecureContext } from 'node:tls';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startExchange } from '../../dist/exchange/client.js';

// The first stands for none: the link is in the path, and all that is left is the work of both processes.
const NEXT_TO_NONE_MS = 0.01;
const ROUND_TRIPS_MS = [5, 50, 200];
const SAMPLES = 201;
// A collector's processes are never idle: samples that wait for each other measure how cold processes wake up.
const PACED_EVERY_MS = 20;
const WARM_UP = 32;
const OPEN_CONNECTIONS = 500;
const PATH = '/api/v3/ping';

/** What is measured, and how many round trips it must take. */
const KINDS = {
  'cold HTTP': { roundTrips: 2, sample: ({ plain }) => timed(() => get(httpRequest, plain.rest, { agent: false })) },
  'cold HTTPS': {
    roundTrips: 3,
    sample: ({ secure, tls }) => timed(() => get(httpsRequest, secure.rest, { agent: false, ...tls })),
  },
  'warm HTTP': {
    roundTrips: 1,
    sample: ({ plain, warmHttp }) => timed(() => get(httpRequest, plain.rest, { agent: warmHttp })),
  },
  'warm HTTPS': {
    roundTrips: 1,
    sample: ({ secure, warmHttps }) => timed(() => get(httpsRequest, secure.rest, { agent: warmHttps })),
  },
  'wss open': { roundTrips: 3, sample: sampleWssOpen },
};

export default {
  version: 4,
  trials: () => [NEXT_TO_NONE_MS, ...ROUND_TRIPS_MS].flatMap((rtt) => [1, 2, 3].map((turn) => `R=${rtt} turn=${turn}`)),
  runTrial,
  render,
};

async function runTrial(id) {
  const rttMs = Number(/R=([\d.]+)/.exec(id)[1]);
  const exchange = await startExchange();
  try {
    return await measure(exchange, rttMs, id);
  } finally {
    await exchange.shutdown();
  }
}

async function measure(exchange, rttMs, id) {
  const site = { venues: ['binance'], seed: id, endpoints: 1, symbols: 4, activity: 1, link: { rttMs } };
  const plain = await exchange.open({ ...site, id: 'plain', tls: false });
  const secure = await exchange.open({ ...site, id: 'secure', tls: true });
  const tls = { secureContext: createSecureContext({ ca: secure.ca }) };
  const context = {
    plain: plain.endpoints[0],
    secure: secure.endpoints[0],
    tls,
    warmHttp: new HttpAgent({ keepAlive: true, maxSockets: WARM_UP }),
    warmHttps: new HttpsAgent({ keepAlive: true, maxSockets: WARM_UP, ...tls }),
  };
  const crowd = await openCrowd(context);
  const medians = {};
  for (const [kind, { sample }] of Object.entries(KINDS)) medians[kind] = await medianOf(() => sample(context));
  const open = crowd.filter((socket) => socket.readyState === WebSocket.OPEN).length;
  for (const socket of crowd) socket.terminate();
  context.warmHttp.destroy();
  context.warmHttps.destroy();
  return { rttMs, open, medians };
}

/**
 * Samples begin at a fixed pace, whatever becomes of the earlier ones. The first ones warm the code and dial what is to
 * be warm; they do not count.
 */
async function medianOf(sample) {
  await Promise.all(Array.from({ length: WARM_UP }, () => sample()));
  const samples = [];
  for (let i = 0; i < SAMPLES; i += 1) {
    samples.push(sample());
    await sleep(PACED_EVERY_MS);
  }
  const values = await Promise.all(samples);
  return values.toSorted((a, b) => a - b)[(SAMPLES - 1) / 2];
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function get(request, origin, options) {
  const outgoing = request(origin + PATH, options);
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${origin}${PATH} answered ${response.statusCode}`);
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

function render(results) {
  const all = [...results.values()];
  const lines = Object.entries(KINDS).flatMap(([kind, { roundTrips }]) => {
    const serviceMs = middle(mediansOf(all, NEXT_TO_NONE_MS, kind));
    return ROUND_TRIPS_MS.map((rttMs) => {
      const medians = mediansOf(all, rttMs, kind);
      const error = middle(medians) - roundTrips * rttMs - serviceMs;
      const due = `${roundTrips === 1 ? '' : `${roundTrips} `}R = ${roundTrips * rttMs}`;
      const seen = medians.map((value) => value.toFixed(2)).join(', ');
      return `| ${kind} | ${rttMs} | ${due} | ${serviceMs.toFixed(2)} | ${seen} | ${signed(error)} | ${Math.abs(error) <= 1 ? 'yes' : '**no**'} |`;
    });
  });
  return `# Accuracy of the emulated link

Medians of ${SAMPLES} samples, one for each of three exchange processes, smallest first. Samples are taken by \`node:http\`,
\`node:https\` and \`ws\` at a fixed pace of ${1e3 / PACED_EVERY_MS} a second, whatever becomes of the earlier ones, while other \`wss\` connections
are open to the same exchange (${Math.min(...all.map(({ open }) => open))} of them still were at the end of each turn). The service time is the same
median at a round trip of ${NEXT_TO_NONE_MS} ms: the whole code path with nothing to wait for. The error is what the middle median has beyond round trips and service time; the goal is 1 ms.

| what | R in ms | round trips, in ms | service time, in ms | medians, in ms | error, in ms | within 1 ms |
|---|---|---|---|---|---|---|
${lines.join('\n')}`;
}

function mediansOf(results, rttMs, kind) {
  return results
    .filter((result) => result.rttMs === rttMs)
    .map(({ medians }) => medians[kind])
    .toSorted((a, b) => a - b);
}

function middle(values) {
  return values[Math.floor(values.length / 2)];
}

function signed(value) {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
