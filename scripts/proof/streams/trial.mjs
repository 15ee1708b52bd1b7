// One trial: a mock exchange in a process of its own behind the emulated link, a collector on our pool in this one, and
// what went wrong. What the collector saw is held against the ids of the market and against the exchange's ledger.
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, systemClock } from '../../../dist/base/index.js';
import { startExchange } from '../../../dist/exchange/client.js';
import { binanceStreams } from '../../../dist/pool/index.js';
import { PING_MS, ROUND_TRIP_MS, SILENCE_MS } from './cases.mjs';
import { openCollector } from './collector.mjs';
import { watchExchange, watchStalls } from './stalls.mjs';

const SYMBOLS = 8;
// The slowest of eight symbols then trades more than a hundred times a second.
const ACTIVITY = 8;
const WARM_UP_MS = 500;
const NOTICE_MS = 50;
const LEAD_MS = 30;
const PATIENCE_MS = 10_000;

const TRIES = 2;
/** What comes before is over by the time of a recovery, however it went. */
const WINDOW_MS = 400;

/** Does it again while the machine was too busy for times to mean anything, but not for ever. */
export async function runCalmly(one, seeds) {
  for (let turn = 1; ; turn += 1) {
    const rounds = await runTrial(one, seeds);
    if (turn === TRIES || rounds.every(({ lateMs }) => lateMs <= one.lateMs)) return rounds;
  }
}

/**
 * Does the same once for each seed, all at the same time, each with a site and collectors of its own.
 * @returns {Promise<object[]>} plain data, with all that was seen; it is judged when it is rendered
 */
async function runTrial(one, seeds) {
  const exchange = await startExchange();
  try {
    return await Promise.all(seeds.map((seed) => runOnce(exchange, one, seed)));
  } finally {
    await exchange.shutdown();
  }
}

async function runOnce(exchange, one, seed) {
  const random = seededRandom(seed);
  const site = await exchange.open(siteOf(one, seed));
  const symbols = site.symbols.binance;
  const streams = symbols.slice(0, one.streams ?? SYMBOLS).map((symbol) => `${symbol.toLowerCase()}@trade`);
  const open = (_, number) => openCollector({ ...poolOf(one, site), random: random.fork(`pool ${number}`) }, streams);
  const collectors = await Promise.all(Array.from({ length: one.pools }, open));
  try {
    await until(() => collectors.every(({ pool }) => pool.stats().standby === (one.pool.standby ?? 0)));
    await sleep(WARM_UP_MS + random.next() * 100);
    const watches = [watchStalls(), await watchExchange(exchange, `${seed} probe`)];
    const plannedAtMs = systemClock.now() + LEAD_MS;
    await exchange.inject(seed, plansOf(one, symbols[0], plannedAtMs));
    await sleep(LEAD_MS + one.afterMs);
    for (const collector of collectors) collector.stop();
    const [own, others] = watches.map((end) => end());
    const ledger = await exchange.snapshot(seed);
    const injectedAtMs = ledger.faults[0]?.injectedAtMs ?? plannedAtMs;
    const accounts = collectors.map((collector) => collector.tell(injectedAtMs, sentOf(ledger)));
    const untilMs = injectedAtMs + lastRecoveryMs(accounts);
    const fromMs = one.together === 1 ? untilMs - WINDOW_MS : injectedAtMs;
    const toMs = one.together === 1 ? untilMs : Number.POSITIVE_INFINITY;
    const late = [...own, ...others].filter(([beganMs, ms]) => beganMs < toMs && beganMs + ms > fromMs);
    return {
      /** How late either process was: before the recovery, or where several run at once at any time. */
      lateMs: round(Math.max(injectedAtMs - plannedAtMs, ...late.map(([, ms]) => ms))),
      touched: ledger.faults.map(({ touched }) => touched),
      violations: ledger.counts.violations,
      redialsMs: redialsOf(ledger, injectedAtMs),
      collectors: accounts,
    };
  } finally {
    await Promise.all(collectors.map(({ pool }) => pool.close()));
  }
}

/** After the fault, in milliseconds; endless when a stream never recovered. */
function lastRecoveryMs(accounts) {
  const interruptions = accounts.flatMap(({ streams }) => streams.flatMap(({ interruptions }) => interruptions));
  return Math.max(0, ...interruptions.map(([, , endedMs]) => endedMs ?? Number.POSITIVE_INFINITY));
}

function siteOf({ endpoints, streams = SYMBOLS, maxAgeMs }, seed) {
  return {
    id: seed,
    venues: ['binance'],
    seed,
    endpoints,
    tls: false,
    symbols: streams,
    activity: ACTIVITY,
    link: { rttMs: ROUND_TRIP_MS },
    limits: 'enforce',
    ...(maxAgeMs !== undefined && { rules: { maxAgeMs, shutdownNoticeMs: NOTICE_MS } }),
  };
}

function poolOf({ pool, maxAgeMs, streams = SYMBOLS }, { endpoints }) {
  return {
    origins: endpoints.map(({ ws }) => ws),
    protocol: { ...binanceStreams, ...(maxAgeMs !== undefined && { maxAgeMs }) },
    streamsPerConnection: streams,
    silenceTimeoutMs: SILENCE_MS,
    pingTimeoutMs: PING_MS,
    ...pool,
  };
}

function plansOf({ faults }, symbol, atMs) {
  const specs = typeof faults === 'function' ? faults(symbol) : faults;
  return specs.map((spec, number) => Object.assign({ id: `fault ${number}`, atMs }, spec));
}

/** When connections came after the fault, as the exchange saw it. */
function redialsOf({ connections }, injectedAtMs) {
  return connections
    .map(({ acceptedAtMs }) => round(acceptedAtMs - injectedAtMs))
    .filter((ms) => ms > 0)
    .sort((a, b) => a - b);
}

/** By stream: all that was sent on it, over whatever connection. */
function sentOf({ subscriptions }) {
  const sent = new Map();
  for (const { stream, sent: ranges } of subscriptions) sent.set(stream, [...(sent.get(stream) ?? []), ...ranges]);
  return sent;
}

async function until(condition) {
  const deadlineMs = systemClock.now() + PATIENCE_MS;
  while (!condition()) {
    if (systemClock.now() > deadlineMs) throw new Error(`not so within ${PATIENCE_MS} ms: ${condition}`);
    await sleep(5);
  }
}

function round(ms) {
  return Math.round(ms * 10) / 10;
}
