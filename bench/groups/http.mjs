// Whole requests over loopback, closed loop, the server in a process of its own and the same for both sides.
import { startBareServer } from '../bare.mjs';
import { contender } from '../contenders/index.mjs';
import { detection, failover } from '../failover.mjs';
import { closedLoop } from '../slices.mjs';

const REQUESTS = 2000;
const CONNECTIONS = 8;
const BODY = JSON.stringify({ bids: Array.from({ length: 100 }, (_, i) => [`${60000 - i}.10`, '0.53210000']) });
const RTT_MS = 5;
const DETECTION_MS = 200;
const DETECTION = `the ${DETECTION_MS} ms that a try may take and one round trip`;

/** Requests a second. */
const throughput = (workers, operation) => closedLoop(workers, REQUESTS, operation);

/** Microseconds of this process's CPU a request; the server's are not among them. */
async function cpu(workers, operation) {
  const before = process.cpuUsage();
  await closedLoop(workers, REQUESTS, operation);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

/**
 * The same work by two contenders, each `asked` through its own `request`, through `dispatch` with one collecting
 * handler, or through `fetch`.
 */
const against =
  (peerName, measure, workers, asked = ['request', 'request']) =>
  async () => {
    const server = await startBareServer({ headers: { 'content-type': 'application/json' }, body: BODY });
    const names = ['mp-bench', peerName];
    const clients = await Promise.all(
      names.map(async (name) => (await contender(name)).open(server.origin, { connections: CONNECTIONS })),
    );
    const slice = (side) => () =>
      measure(workers, async () => {
        const { body } = await clients[side][asked[side]]('/');
        if (body.length !== BODY.length) throw new Error(`${body.length} bytes instead of ${BODY.length}`);
      });
    return {
      ours: slice(0),
      peer: slice(1),
      async close() {
        await Promise.all(clients.map((client) => client.close()));
        await server.close();
      },
    };
  };

/** Requests a second and CPU time a request beside undici's Pool with as many connections, at one level of both. */
const besideUndici = (id, note, workers, asked, bounds = {}) => [
  {
    id: `${id}/undici`,
    note: `requests a second, 8 connections, ${workers} at a time, ${note}`,
    ...bounds.rate,
    open: against('undici-pool', throughput, workers, asked),
  },
  {
    id: `${id}.cpu/undici`,
    note: `CPU time a request, 8 connections, ${workers} at a time, ${note}`,
    ...bounds.cpu,
    open: against('undici-pool', cpu, workers, asked),
  },
];

const BOUNDS = { rate: { bound: { op: '>=', value: 0.97 } }, cpu: { bound: { op: '<=', value: 1.03 } } };

const REQUEST = "request() ÷ undici's request()";
const DISPATCH = "dispatch() ÷ undici's dispatch(), one collecting handler";
const FETCH = 'fetch with our dispatcher ÷ fetch with undici Pool';
const ACROSS = "request() ÷ undici's dispatch() with a collecting handler";

export default {
  name: 'http',
  ratios: [
    ...besideUndici('http.8-connections', REQUEST, 8, ['request', 'request'], BOUNDS),
    ...besideUndici('http.queue', REQUEST, 32, ['request', 'request'], BOUNDS),
    ...besideUndici('http.dispatch', DISPATCH, 8, ['dispatch', 'dispatch'], BOUNDS),
    ...besideUndici('http.dispatch.queue', DISPATCH, 32, ['dispatch', 'dispatch'], BOUNDS),
    // Not at one level, or with so much of undici's own on both sides that a difference drowns: shown, not judged.
    ...besideUndici('http.fetch', FETCH, 8, ['fetch', 'fetch']),
    ...besideUndici('http.request-dispatch', ACROSS, 8, ['request', 'dispatch']),
    {
      id: 'http.8-connections/node:http',
      note: 'requests a second, 8 connections, 8 at a time, ÷ node:http with a keep-alive Agent',
      bound: { op: '>=', value: 1.2 },
      open: against('node-agent', throughput, 8),
    },
    ...['agentkeepalive', 'generic-pool', 'tarn', 'lightning-pool'].map((peer) => ({
      id: `http.8-connections/${peer}`,
      note: `requests a second, 8 connections, 8 at a time, ÷ ${peer === 'agentkeepalive' ? peer : `${peer} of undici clients`}`,
      open: against(peer, throughput, 8),
    })),
    ...['refused', 'reset'].map((kind) => ({
      id: `http.failover.${kind}/ms`,
      note: `milliseconds until all requests are served again when one of two endpoints is ${kind}, ${RTT_MS} ms round trip`,
      bound: { op: '<=', value: 50 },
      open: failover(kind, { rttMs: RTT_MS }),
    })),
    {
      id: 'http.failover.silent/detection',
      note: `milliseconds of a request whose endpoint falls silent, from its own start, median ÷ ${DETECTION}`,
      bound: { op: '<=', value: 1 },
      open: detection('median', { rttMs: RTT_MS, requestTimeoutMs: DETECTION_MS }),
    },
    {
      id: 'http.failover.silent.slowest/detection',
      note: `the same, of the slowest request ÷ ${DETECTION}`,
      open: detection('slowest', { rttMs: RTT_MS, requestTimeoutMs: DETECTION_MS }),
    },
  ],
};
