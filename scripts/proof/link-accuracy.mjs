// Does the emulated link cost what a real one of that round-trip time would? Asked with clients that know nothing of
// mp-bench (node:http, node:https, ws), while 500 other connections are open.
import { createSecureContext } from 'node:tls';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startExchange } from '../../dist/exchange/client.js';

const ROUND_TRIPS_MS = [5, 50, 200];
const SAMPLES = 41;
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
  version: 1,
  trials: () => ROUND_TRIPS_MS.flatMap((rtt) => [1, 2, 3].map((turn) => `R=${rtt} turn=${turn}`)),
  runTrial,
  render,
};

async function runTrial(id) {
  const rttMs = Number(/R=(\d+)/.exec(id)[1]);
  const exchange = await startExchange();
  try {
    return await measure(exchange, rttMs, id);
  } finally {
    await exchange.shutdown();
  }
}

async function measure(exchange, rttMs, id) {
  const site = { venue: 'binance', seed: id, endpoints: 1, symbols: 4, activity: 1, link: { rttMs } };
  const plain = await exchange.open({ ...site, id: 'plain', tls: false });
  const secure = await exchange.open({ ...site, id: 'secure', tls: true });
  const tls = { secureContext: createSecureContext({ ca: secure.ca }) };
  const context = {
    plain: plain.endpoints[0],
    secure: secure.endpoints[0],
    tls,
    warmHttp: new HttpAgent({ keepAlive: true, maxSockets: 1 }),
    warmHttps: new HttpsAgent({ keepAlive: true, maxSockets: 1, ...tls }),
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

/** The first sample dials the warm connections and warms the code; it does not count. */
async function medianOf(sample) {
  await sample();
  const values = [];
  for (let i = 0; i < SAMPLES; i += 1) values.push(await sample());
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
  const lines = ROUND_TRIPS_MS.flatMap((rttMs) => {
    const turns = [...results.values()].filter((result) => result.rttMs === rttMs);
    return Object.entries(KINDS).map(([kind, { roundTrips }]) => {
      const medians = turns.map((turn) => turn.medians[kind]).toSorted((a, b) => a - b);
      const above = medians.map((medianMs) => (medianMs - roundTrips * rttMs).toFixed(2));
      const due = `${roundTrips === 1 ? '' : `${roundTrips} `}R = ${roundTrips * rttMs}`;
      return `| ${rttMs} | ${kind} | ${due} | ${medians.map((value) => value.toFixed(2)).join(', ')} | ${above.join(', ')} |`;
    });
  });
  const open = [...results.values()].map((result) => result.open);
  return `# Accuracy of the emulated link

Medians of ${SAMPLES} samples, one for each of three exchange processes, smallest first. Samples are taken one after another by
\`node:http\`, \`node:https\` and \`ws\`, while other \`wss\` connections are open to the same exchange (${Math.min(...open)} of them
still were at the end of each turn). What exceeds the round trips is the work of both processes: parsing, cryptography,
and the operating system.

| R in ms | what | round trips, in ms | medians in ms | above the round trips, in ms |
|---|---|---|---|---|
${lines.join('\n')}`;
}
