import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { HttpConnectionPool } from '../dist/pool/index.js';

/** Monotonic and the same in every process of the machine. */
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

const WORKERS = 8;
/** With room to spare, so that finding out is measured and not the queue for half of the connections. */
const CONNECTIONS = 16;
const SETTLED_AFTER = 20;
/** A request that takes longer is slow. */
const LIMIT_ROUND_TRIPS = 10;
/** Limit of a request with all its tries: enough for a second one on a busy machine. */
const WHOLE_MS = 10_000;

/** Two equal servers of which the first can be made to fail; see faulty-server.mjs. */
async function startFaultyServers(rttMs) {
  const child = fork(join(import.meta.dirname, 'faulty-server.mjs'));
  let asked = 0;
  const ask = async (act, rest = {}) => {
    const id = ++asked;
    child.send({ id, act, ...rest });
    for (;;) {
      const [answer] = await once(child, 'message');
      if (answer.id === id) return answer;
    }
  };
  const { origins } = await ask('open', { rttMs });
  return {
    origins,
    fail: async (kind) => (await ask('fail', { kind })).atMs,
    heal: () => ask('heal'),
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/**
 * Lets one of two endpoints fail under requests one after another from every worker, and tells of the requests that it
 * touched (sent twice, or slow), in milliseconds: `tookMs` from each one's start to its completion, and `lastMs` from
 * the fault to the completion of the last. A request that fails is an error.
 */
async function felt(servers, kind, rttMs, requestTimeoutMs) {
  const pool = new HttpConnectionPool({
    origins: servers.origins,
    max: CONNECTIONS,
    requestTimeoutMs,
    cooldownMs: 60_000,
  });
  await pool.start('max');
  const tookMs = [];
  let lastTouchedMs = 0;
  let untouched = 0;
  let failedAtMs = Number.POSITIVE_INFINITY;
  const worker = async () => {
    while (failedAtMs === Number.POSITIVE_INFINITY || untouched < SETTLED_AFTER * WORKERS) {
      const startedAtMs = nowMs();
      const { tries } = await pool.request({ path: '/', timeoutMs: WHOLE_MS });
      const now = nowMs();
      if (now < failedAtMs) continue;
      untouched += 1;
      if (tries === 1 && now - startedAtMs <= LIMIT_ROUND_TRIPS * rttMs) continue;
      untouched = 0;
      lastTouchedMs = now;
      tookMs.push(now - startedAtMs);
    }
  };
  const work = Promise.all(Array.from({ length: WORKERS }, worker));
  // Some requests first, and the fault at no particular point of a round trip.
  await new Promise((resolve) => {
    setTimeout(resolve, 30 + Math.random() * rttMs);
  });
  failedAtMs = await servers.fail(kind);
  await work;
  await pool.close();
  await servers.heal();
  // A fault that no request felt says nothing.
  if (tookMs.length === 0) return felt(servers, kind, rttMs, requestTimeoutMs);
  return { tookMs, lastMs: lastTouchedMs - failedAtMs };
}

/** Median time of a warm request among as many at a time as there are workers: what one round trip takes here. */
async function roundTripMs(origin) {
  const pool = new HttpConnectionPool({ origins: [origin], max: CONNECTIONS });
  await pool.start('max');
  const times = [];
  const worker = async () => {
    for (let i = 0; i < SETTLED_AFTER; i += 1) {
      const startedAtMs = nowMs();
      await pool.request({ path: '/' });
      times.push(nowMs() - startedAtMs);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  await pool.close();
  return median(times);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Failover time beside one millisecond, so that the ratio is that time in milliseconds. */
export const failover =
  (kind, { rttMs, requestTimeoutMs = 10_000 }) =>
  async () => {
    const servers = await startFaultyServers(rttMs);
    return {
      ours: async () => (await felt(servers, kind, rttMs, requestTimeoutMs)).lastMs,
      peer: async () => 1,
      close: () => servers.close(),
    };
  };

/**
 * How long requests take whose endpoint falls silent, each from its own start, beside the limit of a request and one
 * round trip as measured in the same launch. `of` is which of them: the median or the slowest.
 */
export const detection =
  (of, { rttMs, requestTimeoutMs }) =>
  async () => {
    const servers = await startFaultyServers(rttMs);
    const pick = { median, slowest: (values) => Math.max(...values) }[of];
    return {
      ours: async () => pick((await felt(servers, 'silent', rttMs, requestTimeoutMs)).tookMs),
      peer: async () => requestTimeoutMs + (await roundTripMs(servers.origins[1])),
      close: () => servers.close(),
    };
  };
