// How late the processes of a script are on a busy machine. A venue's limit that is broken by a process that could not
// run says nothing about the pool.
import { sleep, systemClock } from '../../../dist/base/index.js';

/** What the pool allows for between leaving and arriving: more than this, and no limit of a second can be judged. */
export const LATE_MS = 100;
const EVERY_MS = 20;
const PROBE = { venues: ['binance'], endpoints: 1, tls: false, symbols: 1, activity: 1, link: { rttMs: 0 } };

/** Watches this process until `stop`, which answers with the most that a timer was late, in milliseconds. */
export function watchOwn() {
  let worstMs = 0;
  let dueMs = systemClock.now() + EVERY_MS;
  const timer = setInterval(() => {
    const now = systemClock.now();
    worstMs = Math.max(worstMs, now - dueMs);
    dueMs = now + EVERY_MS;
  }, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return worstMs;
    },
  };
}

/** Watches an exchange's process by asking it for the ledger of a site of its own, which is empty. */
export async function watchExchange(exchange) {
  const samples = [];
  const id = 'lateness';
  await exchange.open({ ...PROBE, id, seed: id });
  const stopping = new AbortController();
  const watching = sample(exchange, id, samples, stopping.signal);
  return {
    worstSince: (sinceMs) => Math.max(0, ...samples.filter(({ atMs }) => atMs >= sinceMs).map(({ tookMs }) => tookMs)),
    stop: () => {
      stopping.abort();
      return watching;
    },
  };
}

async function sample(exchange, id, samples, signal) {
  while (!signal.aborted) {
    const atMs = systemClock.now();
    await exchange.view(id);
    samples.push({ atMs, tookMs: systemClock.now() - atMs });
    await sleep(systemClock, EVERY_MS);
  }
}
