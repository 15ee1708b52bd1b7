import { Agent, get } from 'node:http';
import { systemClock } from '../../../dist/base/index.js';

const TICK_MS = 5;
const PROBE_MS = 10;

/** Notes when this process was kept from running, as [since when, for how many milliseconds], until it is ended. */
export function watchStalls() {
  const stalls = [];
  let lastMs = systemClock.now();
  const timer = setInterval(() => {
    const nowMs = systemClock.now();
    if (nowMs - lastMs > 2 * TICK_MS) stalls.push([lastMs, nowMs - lastMs - TICK_MS]);
    lastMs = nowMs;
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    return stalls;
  };
}

/** The same of the exchange: how long it takes to answer the least of requests, on a site that no fault is planned for. */
export async function watchExchange(exchange, id) {
  const site = { venues: ['binance'], seed: id, endpoints: 1, tls: false, symbols: 1, activity: 1, link: { rttMs: 0 } };
  const { endpoints } = await exchange.open({ id, ...site });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const stalls = [];
  let sentAtMs;
  const probe = () => {
    if (sentAtMs !== undefined) return;
    sentAtMs = systemClock.now();
    const request = get(`${endpoints[0].rest}/api/v3/ping`, { agent }, (response) => {
      response.resume().once('close', () => {
        stalls.push([sentAtMs, systemClock.now() - sentAtMs]);
        sentAtMs = undefined;
      });
    });
    request.once('error', () => undefined);
  };
  const timer = setInterval(probe, PROBE_MS);
  return () => {
    clearInterval(timer);
    agent.destroy();
    return sentAtMs === undefined ? stalls : [...stalls, [sentAtMs, systemClock.now() - sentAtMs]];
  };
}
