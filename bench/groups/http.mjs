// Whole requests over loopback, closed loop, the server in a process of its own and the same for both sides.
import { Agent, request as nodeRequest } from 'node:http';
import { once } from 'node:events';
import { Pool } from 'undici';
import { HttpConnectionPool } from '../../dist/pool/index.js';
import { startBareServer } from '../bare.mjs';
import { closedLoop } from '../slices.mjs';

const REQUESTS = 2000;
const BODY = JSON.stringify({ bids: Array.from({ length: 100 }, (_, i) => [`${60000 - i}.10`, '0.53210000']) });

function openOurs(origin, connections) {
  const pool = new HttpConnectionPool({ origins: [origin], max: connections });
  return {
    async get() {
      const response = await pool.request({ method: 'GET', path: '/' });
      return response.body.length;
    },
    close: () => pool.close(),
  };
}

function openUndici(origin, connections) {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  return {
    async get() {
      const { body } = await pool.request({ method: 'GET', path: '/' });
      return (await body.arrayBuffer()).byteLength;
    },
    close: () => pool.destroy(),
  };
}

function openAgent(origin, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    async get() {
      const outgoing = nodeRequest(origin, { agent }).end();
      const [response] = await once(outgoing, 'response');
      let bytes = 0;
      response.on('data', (chunk) => {
        bytes += chunk.length;
      });
      await once(response, 'end');
      return bytes;
    },
    close: () => agent.destroy(),
  };
}

const against = (openPeer, connections, workers) => async () => {
  const server = await startBareServer({ headers: { 'content-type': 'application/json' }, body: BODY });
  const [ours, peer] = [openOurs(server.origin, connections), openPeer(server.origin, connections)];
  const slice = (client) => () =>
    closedLoop(workers, REQUESTS, async () => {
      const bytes = await client.get();
      if (bytes !== BODY.length) throw new Error(`${bytes} bytes instead of ${BODY.length}`);
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
      open: against(openUndici, 8, 8),
    },
    {
      id: 'http.queue/undici',
      note: 'requests a second, 8 connections, 32 at a time, ÷ undici Pool',
      bound: { op: '>=', value: 0.97 },
      open: against(openUndici, 8, 32),
    },
    {
      id: 'http.8-connections/node:http',
      note: 'requests a second, 8 connections, 8 at a time, ÷ node:http with a keep-alive Agent',
      bound: { op: '>=', value: 1.2 },
      open: against(openAgent, 8, 8),
    },
  ],
};
