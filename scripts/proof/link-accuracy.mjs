// Does the emulated link cost what a real one of that round-trip time, jitter and width would? Asked with clients that
// know nothing of mp-bench (node:http, node:https, ws), while 500 other connections are open: one thing at a time, and
// under a load of 1,000 requests a second.
import { startExchange } from '../../dist/exchange/client.js';
import { distance, idealTimes, quantile } from './link/ideal.mjs';
import { closeClients, LEGS, measureLegs, openSites, PACED_EVERY_MS, SAMPLES } from './link/legs.mjs';
import { REQUESTS_PER_SECOND, startLoad } from './link/load.mjs';
import { orderCostMs } from './link/order.mjs';

// The first stands for none: the link is in the path, and all that is left is the work of both processes.
const NEXT_TO_NONE_MS = 0.01;
const ROUND_TRIPS_MS = [5, 50, 200];
/** 0.9 R / 2 is three deviations, so that the shape of a trip's gamma is 9. A byte takes 0.8 µs. */
const LINKS = {
  none: { rttMs: NEXT_TO_NONE_MS },
  plain: { rttMs: 20 },
  jittered: { rttMs: 20, jitterMs: 3 },
  narrow: { rttMs: 20, bitsPerSecond: 10e6 },
  'jittered and narrow': { rttMs: 20, jitterMs: 3, bitsPerSecond: 10e6 },
};
/** Set before anything was measured. Moved by 1 ms, the distribution over the jittered link is off by 0.09. */
const BOUND_MS = 1;
const SHARES = { p10: [0.1, 1], p50: [0.5, 1], p90: [0.9, 1], p99: [0.99, 2] };
const DISTANCE_BOUND = 0.1;
const ORDER_JITTER_MS = [1, 3, 9];
const ORDER_EVERY_MS = [1, 5, 20, 100];
const TURNS = [1, 2, 3];

export default {
  version: 5,
  trials: () => [
    ...[NEXT_TO_NONE_MS, ...ROUND_TRIPS_MS].flatMap((rtt) => TURNS.map((turn) => `R=${rtt} turn=${turn}`)),
    ...Object.keys(LINKS).flatMap((name) => TURNS.map((turn) => `load link=${name} turn=${turn}`)),
    'order',
  ],
  runTrial,
  render: (results) => [renderQuiet(results), renderLoaded(results), renderOrder(results)].filter(Boolean).join('\n\n'),
};

async function runTrial(id) {
  if (id === 'order') return measureOrder();
  const loaded = /^load link=(.*) turn=/.exec(id)?.[1];
  const link = loaded ? LINKS[loaded] : { rttMs: Number(/R=([\d.]+)/.exec(id)[1]) };
  const exchange = await startExchange();
  try {
    const context = await openSites(exchange, link, id);
    const stop = loaded ? await startLoadBehind(link, context, id) : undefined;
    const legs = await measureLegs(context);
    const load = await stop?.();
    return { link, open: closeClients(context), legs, ...(load && { load }) };
  } finally {
    await exchange.shutdown();
  }
}

/** On a site of its own, so that the bytes of the legs are counted apart. */
async function startLoadBehind(link, { exchange }, seed) {
  const site = { id: 'load', venues: ['binance'], seed, endpoints: 1, tls: false, symbols: 4, activity: 1, link };
  const { endpoints, symbols } = await exchange.open(site);
  return startLoad(endpoints[0].rest, symbols.binance[0]);
}

function measureOrder() {
  return ORDER_JITTER_MS.map((jitterMs) => ({
    jitterMs,
    costMs: ORDER_EVERY_MS.map((everyMs) => orderCostMs({ rttMs: 20, jitterMs }, everyMs)),
  }));
}

function renderQuiet(results) {
  const all = resultsOf(results, /^R=/);
  if (!all.some(({ link }) => sameLink(link, LINKS.none))) return '# Accuracy of the emulated link';
  const rowsOf = (kind, { flights }) => {
    const roundTrips = flights.length / 2;
    const serviceMs = middle(mediansOf(all, { rttMs: NEXT_TO_NONE_MS }, kind));
    return ROUND_TRIPS_MS.flatMap((rttMs) => {
      const medians = mediansOf(all, { rttMs }, kind);
      if (medians.length === 0) return [];
      const error = middle(medians) - roundTrips * rttMs - serviceMs;
      const due = `${roundTrips === 1 ? '' : `${roundTrips} `}R = ${roundTrips * rttMs}`;
      return row([kind, rttMs, due, fixed(serviceMs), list(medians), signed(error), within(error, BOUND_MS)]);
    });
  };
  return `# Accuracy of the emulated link

Medians of ${SAMPLES} samples, one for each of three exchange processes, smallest first. Samples are taken by \`node:http\`,
\`node:https\` and \`ws\` at a fixed pace of ${1e3 / PACED_EVERY_MS} a second, whatever becomes of the earlier ones, while other \`wss\` connections
are open to the same exchange (${leastOpen(all)} of them still were at the end of each turn). The service time is the same
median at a round trip of ${NEXT_TO_NONE_MS} ms: the whole code path with nothing to wait for. The error is what the middle median has beyond round trips and service time; the goal is 1 ms.

${table(
  ['what', 'R in ms', 'round trips, in ms', 'service time, in ms', 'medians, in ms', 'error, in ms', 'within 1 ms'],
  Object.entries(LEGS).flatMap(([kind, leg]) => rowsOf(kind, leg)),
)}`;
}

function renderLoaded(results) {
  const all = resultsOf(results, /^load /);
  const services = all.filter(({ link }) => sameLink(link, LINKS.none));
  if (services.length === 0) return '';
  const names = Object.keys(LINKS).filter((name) => all.some(({ link }) => sameLink(link, LINKS[name])));
  const loads = all.map(({ load }) => load.count);
  return `## Under load, with jitter and bandwidth

The same legs and the same other connections (${leastOpen(all)} of them still open at the end of each turn), while ${REQUESTS_PER_SECOND} order books a second
are asked for over warm HTTP connections (${Math.min(...loads)} to ${Math.max(...loads)} answers a turn). What is due comes from drawing, without the code
that emulates: service time as measured at a round trip of ${NEXT_TO_NONE_MS} ms under the same load, plus the trips, each of them
0.1 R/2 and a gamma variable, plus what the bytes that were counted take at the width of the link. (A server's last
flight of a TLS handshake and its answer are two segments: a cold HTTPS request waits for the later one.)

The links have R = 20 ms; the jittered ones σ = 3 ms a trip, the narrow ones 10 Mbit/s. Medians due and seen:

${table(
  ['link', 'what', 'bytes', 'due, in ms', 'medians, in ms', 'error, in ms', 'within 1 ms'],
  names.flatMap((name) => Object.keys(LEGS).map((kind) => legRow(all, services, name, kind))),
)}

All round trips of the load, by quantiles: seen, and in brackets what they are beyond the ideal distribution. The bounds
are ${Object.entries(SHARES)
    .map(([share, [, bound]]) => `${bound} ms at ${share}`)
    .join(
      ', ',
    )}; on jittered links also ${DISTANCE_BOUND} for the Kolmogorov–Smirnov distance from it (without jitter it says nothing:
the whole distribution is then narrower than a timer's tick). All turns are taken together.

${table(
  ['link', ...Object.keys(SHARES), 'distance', 'within bounds'],
  names.map((name) => loadRow(all, services, name)),
)}`;
}

function legRow(all, services, name, kind) {
  const link = LINKS[name];
  const legs = all.filter((result) => sameLink(result.link, link)).map((result) => result.legs[kind]);
  const bytes = middle(legs.map((leg) => leg.bytes).sort((a, b) => a - b));
  const medians = mediansOf(all, link, kind);
  // All of it and not its median: the median of a sum is not the sum of the medians.
  const serviceMs = services.flatMap((result) => result.legs[kind].times);
  if (name === 'none') return row([name, kind, Math.round(bytes), '', list(medians), '', '']);
  const ideal = idealTimes(link, { flights: LEGS[kind].flights, bytes, serviceMs, seed: kind });
  const due = quantile(ideal, 0.5);
  const error = middle(medians) - due;
  return row([name, kind, Math.round(bytes), fixed(due), list(medians), signed(error), within(error, BOUND_MS)]);
}

function loadRow(all, services, name) {
  const link = LINKS[name];
  const loads = all.filter((result) => sameLink(result.link, link)).map(({ load }) => load);
  const seen = pooled(loads);
  if (name === 'none') {
    return row([name, ...Object.values(SHARES).map(([p]) => fixed(quantile(seen, p))), '', '']);
  }
  const bytes = loads.reduce((sum, load) => sum + load.bytes, 0) / loads.length;
  const serviceMs = pooled(services.map(({ load }) => load));
  const ideal = idealTimes(link, { flights: [1, 1], bytes, serviceMs, seed: name });
  const errors = Object.values(SHARES).map(([p, bound]) => {
    const error = quantile(seen, p) - quantile(ideal, p);
    return { text: `${fixed(quantile(seen, p))} (${signed(error)})`, holds: Math.abs(error) <= bound };
  });
  const apart = distance(seen, ideal);
  const holds = errors.every((error) => error.holds) && (link.jitterMs === undefined || apart <= DISTANCE_BOUND);
  return row([name, ...errors.map(({ text }) => text), apart.toFixed(3), holds ? 'yes' : '**no**']);
}

function renderOrder(results) {
  const costs = results.get('order');
  if (!costs) return '';
  return `## What order costs

Half a round trip is the mean of a trip on its own. A message that may not overtake the one before it waits for it, so
that a stream of messages takes longer on average, the more so the closer they follow each other. Beyond R/2 = 10 ms, by
drawing 100,000 trips over one line:

${table(
  ['σ in ms', ...ORDER_EVERY_MS.map((everyMs) => `every ${everyMs} ms`)],
  costs.map(({ jitterMs, costMs }) => row([jitterMs, ...costMs.map((value) => `${signed(value)} ms`)])),
)}`;
}

function resultsOf(results, pattern) {
  return [...results].filter(([id]) => pattern.test(id)).map(([, result]) => result);
}

function sameLink(a, b) {
  return ['rttMs', 'jitterMs', 'bitsPerSecond'].every((key) => a[key] === b[key]);
}

function mediansOf(results, link, kind) {
  return results
    .filter((result) => sameLink(result.link, link))
    .map(({ legs }) => legs[kind].medianMs)
    .toSorted((a, b) => a - b);
}

function pooled(loads) {
  return loads.flatMap(({ quantiles }) => quantiles).sort((a, b) => a - b);
}

function leastOpen(results) {
  return Math.min(...results.map(({ open }) => open));
}

function middle(values) {
  return values[Math.floor(values.length / 2)];
}

function table(header, rows) {
  return [row(header), row(header.map(() => '---')), ...rows].join('\n');
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

function list(values) {
  return values.map(fixed).join(', ');
}

function fixed(value) {
  return value.toFixed(2);
}

function signed(value) {
  return `${value < 0 ? '−' : '+'}${fixed(Math.abs(value))}`;
}

function within(error, bound) {
  return Math.abs(error) <= bound ? 'yes' : '**no**';
}
