// Whole requests over loopback, closed loop, the server in a process of its own and the same for both sides.
import { startBareServer } from '../bare.mjs';
import { contender } from '../contenders/index.mjs';
import { detection, failover } from '../failover.mjs';
import { closedLoop } from '../slices.mjs';

const REQUESTS = 2000;
const BODY = JSON.stringify({ bids: Array.from({ length: 100 }, (_, i) => [`${60000 - i}.10`, '0.53210000']) });
const RTT_MS = 5;
const DETECTION_MS = 200;

/** Requests a second. */
const throughput = (workers, operation) => closedLoop(workers, REQUESTS, operation);

/** Microseconds of this process's CPU a request; the server's are not among them. */
async function cpu(workers, operation) {
  const before = process.cpuUsage();
  await closedLoop(workers, REQUESTS, operation);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

const against = (peerName, measure, connections, workers) => async () => {
  const server = await startBareServer({ headers: { 'content-type': 'application/json' }, body: BODY });
  const names = ['mp-bench', peerName];
  const [ours, peer] = await Promise.all(
    names.map(async (name) => (await contender(name)).open(server.origin, { connections })),
  );
  const slice = (client) => () =>
    measure(workers, async () => {
      const { body } = await client.request('/');
      if (body.length !== BODY.length) throw new Error(`${body.length} bytes instead of ${BODY.length}`);
    });
  return {
    ours: slice(ours),
    peer: slice(peer),
    async close() {
      await Promise.all([ours.close(), peer.close()]);
      await server.close();
    },
  };
};

export default {
  name: 'http',
  ratios: [
    {
      id: 'http.8-connections/undici',
      note: 'requests a second, 8 connections, 8 at a time, ÷ undici Pool',
      bound: { op: '>=', value: 0.97 },
      open: against('undici-pool', throughput, 8, 8),
    },
    {
      id: 'http.queue/undici',
      note: 'requests a second, 8 connections, 32 at a time, ÷ undici Pool',
      bound: { op: '>=', value: 0.97 },
      open: against('undici-pool', throughput, 8, 32),
    },
    {
      id: 'http.8-connections.cpu/undici',
      note: 'CPU time a request, 8 connections, 8 at a time, ÷ undici Pool',
      bound: { op: '<=', value: 1.03 },
      open: against('undici-pool', cpu, 8, 8),
    },
    {
      id: 'http.queue.cpu/undici',
      note: 'CPU time a request, 8 connections, 32 at a time, ÷ undici Pool',
      bound: { op: '<=', value: 1.03 },
      open: against('undici-pool', cpu, 8, 32),
    },
    {
      id: 'http.8-connections/node:http',
      note: 'requests a second, 8 connections, 8 at a time, ÷ node:http with a keep-alive Agent',
      bound: { op: '>=', value: 1.2 },
      open: against('node-agent', throughput, 8, 8),
    },
    ...['refused', 'reset'].map((kind) => ({
      id: `http.failover.${kind}/ms`,
      note: `milliseconds until all requests are served again when one of two endpoints is ${kind}, ${RTT_MS} ms round trip`,
      bound: { op: '<=', value: 50 },
      open: failover(kind, { rttMs: RTT_MS }),
    })),
    {
      id: 'http.failover.silent/detection',
      note: `the same when it falls silent, ÷ the ${DETECTION_MS} ms that a request may take and one round trip`,
      bound: { op: '<=', value: 1 },
      open: detection({ rttMs: RTT_MS, requestTimeoutMs: DETECTION_MS }),
    },
  ],
};
