// Requests at a fixed pace over warm connections, each of them timed.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from './legs.mjs';

export const REQUESTS_PER_SECOND = 1000;
const POLL_MS = 2;
/** Round trips under way, and some for those that come late. */
const CONNECTIONS = 100;
const QUANTILES = 1000;

/**
 * Asks for an order book again and again, each request when it is due, until `stop`, which resolves with
 * { count, bytes, quantiles }: how many were timed, the mean of their bytes both ways, and their times in ms at the
 * middles of a thousand equal shares. Bytes are counted by the sockets of the client, and this is plain HTTP: they are
 * those on the link. The requests of the first second do not count.
 */
export function startLoad(origin, symbol) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const url = `${origin}/api/v3/depth?symbol=${symbol}&limit=100`;
  const under = new Set();
  const times = [];
  let bytes = 0;
  const stopped = new AbortController();
  const one = async (number) => {
    let socket;
    let before = 0;
    const startedAt = performance.now();
    await get(request, url, { agent }, (taken) => {
      socket = taken;
      before = socket.bytesRead + socket.bytesWritten;
    });
    if (number < REQUESTS_PER_SECOND) return;
    times.push(performance.now() - startedAt);
    bytes += socket.bytesRead + socket.bytesWritten - before;
  };
  const pace = async () => {
    const startedAt = performance.now();
    for (let number = 0; !stopped.signal.aborted; await sleep(POLL_MS)) {
      const due = ((performance.now() - startedAt) * REQUESTS_PER_SECOND) / 1e3;
      for (; number < due; number += 1) {
        const answered = one(number).finally(() => under.delete(answered));
        under.add(answered);
      }
    }
    await Promise.all(under);
  };
  const paced = pace();
  return async function stop() {
    stopped.abort();
    await paced;
    agent.destroy();
    times.sort((a, b) => a - b);
    const quantiles = Array.from({ length: QUANTILES }, (_, index) => {
      const rank = Math.floor(((index + 0.5) / QUANTILES) * times.length);
      return Number(times[rank].toFixed(3));
    });
    return { count: times.length, bytes: bytes / times.length, quantiles };
  };
}
