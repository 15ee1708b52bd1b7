import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/base/index.js';
import { ExchangeHost } from '../../../src/exchange/host.js';
import type { LedgerSnapshot } from '../../../src/exchange/protocol.js';
import { deribit } from '../../../src/exchange/venues/deribit/index.js';
import { ClientBook, type Json, SOCKET } from './deribit-harness.js';

const TOO_MANY = { code: 10028, message: 'too_many_requests' };

let host = new ExchangeHost(systemClock, { deribit });
let agents: Agent[] = [];
let sockets: WebSocket[] = [];

/** Opens a site with the venue on a real port; limits are enforced. */
async function openSite(rules: Record<string, number> = {}) {
  const config = { id: 's', venues: ['deribit'], seed: '1', endpoints: 1, tls: false, symbols: 3, activity: 1 };
  const opened = await host.answer({
    kind: 'open',
    site: { ...config, link: { rttMs: 0 }, limits: 'enforce', rules, deflate: true },
  });
  if (opened.kind !== 'opened') throw new Error(JSON.stringify(opened));
  const [endpoint] = opened.site.endpoints;
  const { port } = new URL(endpoint!.rest);
  const snapshot = async (): Promise<LedgerSnapshot> => {
    const response = await host.answer({ kind: 'snapshot', site: 's' });
    if (response.kind !== 'snapshot') throw new Error(JSON.stringify(response));
    return response.snapshot;
  };
  return { port: Number(port), snapshot };
}

/** One request over the connections of `agent`. */
async function get(port: number, path: string, agent: Agent): Promise<{ status: number; close: boolean; body: Json }> {
  const sent = request({ host: '127.0.0.1', port, path, agent });
  sent.end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, close: response.headers.connection === 'close', body: JSON.parse(text) };
}

function newAgent(): Agent {
  const agent = new Agent({ keepAlive: true });
  agents.push(agent);
  return agent;
}

/** A WebSocket client that keeps what it hears. */
async function dial(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SOCKET}`);
  sockets.push(socket);
  const heard: Json[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  await once(socket, 'open');
  const until = async (condition: (message: Json) => boolean): Promise<Json> => {
    for (;;) {
      const found = heard.find(condition);
      if (found) return found;
      await once(socket, 'message');
    }
  };
  const call = async (method: string, params: unknown, id: number): Promise<Json> => {
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return until((message) => message.id === id);
  };
  return { socket, heard, closed, until, call };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  for (const agent of agents) agent.destroy();
  await host.close();
  sockets = [];
  agents = [];
  host = new ExchangeHost(systemClock, { deribit });
});

describe('Deribit on a real port', () => {
  it('answers over HTTP and streams books that a plain client can follow, and the ledger knows of all of it', async () => {
    const { port, snapshot } = await openSite();
    const agent = newAgent();
    const book = await get(port, '/api/v2/public/get_order_book?instrument_name=BTC-PERPETUAL', agent);
    expect(book).toMatchObject({ status: 200, close: false, body: { testnet: false } });
    expect(await get(port, '/api/v2/public/ticker', agent)).toMatchObject({
      status: 400,
      body: { error: { code: -32000 } },
    });
    const { socket, heard, closed, until, call } = await dial(port);
    expect(socket.extensions).toContain('permessage-deflate');
    const channels = ['book.BTC-PERPETUAL.100ms', 'trades.BTC-PERPETUAL.100ms'];
    expect(await call('public/subscribe', { channels: [...channels, 'nope'] }, 1)).toMatchObject({ result: channels });
    const changes = (): number => heard.filter(({ params }) => params?.data?.type === 'change').length;
    await until(() => changes() >= 4);
    await until(({ params }) => params?.channel === channels[1]);
    expect(await call('public/unsubscribe_all', {}, 2)).toMatchObject({ result: 'ok' });
    const client = new ClientBook();
    for (const { params } of heard) if (params?.channel === channels[0]) client.apply(params.data);
    expect(client.bids.size).toBe(1000);
    socket.close(1000);
    await closed;
    const { counts } = await snapshot();
    expect(counts).toMatchObject({
      accepted: 2,
      requests: 2,
      reusedRequests: 1,
      upgrades: 1,
      subscribes: 2,
      unsubscribes: 2,
      messagesSent: heard.filter(({ method }) => method === 'subscription').length,
      violations: {},
    });
  });

  it('beats, asks for a test, and closes with 4000 when none comes', async () => {
    const { port } = await openSite({ heartbeatMs: 100, heartbeatAnswerMs: 100 });
    const { closed, until, call } = await dial(port);
    expect((await call('public/set_heartbeat', { interval: 10 }, 1)).result).toBe('ok');
    await until(({ params }) => params?.type === 'heartbeat');
    await until(({ params }) => params?.type === 'test_request');
    expect((await call('public/test', {}, 2)).result).toEqual({ version: '1.2.26' });
    expect(await closed).toEqual({ code: 4000, reason: 'heartbeat close' });
  });

  it('drops a silent socket that is subscribed to nothing', async () => {
    const { port, snapshot } = await openSite({ idleMs: 100 });
    const { closed } = await dial(port);
    expect(await closed).toMatchObject({ code: 1006 });
    expect((await snapshot()).counts).toMatchObject({ closedByExchange: 1, violations: {} });
  });

  it('answers 10028 and ends the session when credits run out, over HTTP and over a socket', async () => {
    const { port, snapshot } = await openSite({ requestPool: 1500, requestRefillMs: 1e9 });
    const { closed, call } = await dial(port);
    const agent = newAgent();
    expect(await get(port, '/api/v2/public/test', agent)).toMatchObject({ status: 200, close: false });
    for (const id of [1, 2]) expect((await call('public/test', {}, id)).error).toBeUndefined();
    expect((await call('public/test', {}, 3)).error).toEqual(TOO_MANY);
    expect(await closed).toEqual({ code: 1008, reason: 'too_many_requests' });
    expect(await get(port, '/api/v2/public/test', agent)).toMatchObject({
      status: 400,
      close: true,
      body: { error: TOO_MANY },
    });
    expect((await snapshot()).counts.violations).toEqual({ 'request-credits': 2 });
  });

  it('has subscribing and lists of instruments paid from pools of their own', async () => {
    const never = 1e9;
    const { port, snapshot } = await openSite({
      subscribePool: 3000,
      subscribeRefillMs: never,
      instrumentsPool: 10_000,
      instrumentsRefillMs: never,
    });
    const agent = newAgent();
    const path = '/api/v2/public/get_instruments?currency=any';
    expect((await get(port, path, agent)).body.result).toHaveLength(6);
    expect((await get(port, path, agent)).body.error).toEqual(TOO_MANY);
    const { closed, call } = await dial(port);
    expect((await call('public/subscribe', { channels: ['platform_state'] }, 1)).result).toEqual(['platform_state']);
    expect((await call('public/subscribe', { channels: ['platform_state'] }, 2)).error).toEqual(TOO_MANY);
    expect((await closed).code).toBe(1008);
    expect((await snapshot()).counts.violations).toEqual({ 'instruments-credits': 1, 'subscribe-credits': 1 });
  });

  it('refuses connections beyond the limit of an address, sockets and requests alike, until one has gone', async () => {
    const { port, snapshot } = await openSite({ connectionsPerAddress: 2 });
    const [first, second, third] = [newAgent(), newAgent(), newAgent()];
    expect((await get(port, '/api/v2/public/test', first)).status).toBe(200);
    expect((await get(port, '/api/v2/public/test', second)).status).toBe(200);
    expect(await get(port, '/api/v2/public/test', third)).toMatchObject({ status: 429, close: true });
    const refused = new WebSocket(`ws://127.0.0.1:${port}${SOCKET}`);
    const [error] = await once(refused, 'error');
    expect(String(error)).toContain('429');
    expect((await snapshot()).counts.violations).toEqual({ 'connections-per-address': 2 });
    second.destroy();
    for (;;) {
      const { connections } = await snapshot();
      if (connections.filter((row) => row.closedAtMs === null).length === 1) break;
      await pause(5);
    }
    const { call } = await dial(port);
    expect((await call('public/test', {}, 1)).result).toBeDefined();
  });

  it('refuses a call of too many channels, and closes on a message that is too long', async () => {
    const { port, snapshot } = await openSite({ channelsPerCall: 2, messageBytes: 1000 });
    const { socket, closed, call } = await dial(port);
    const channels = ['quote.BTC-PERPETUAL', 'quote.ETH-PERPETUAL', 'platform_state'];
    expect((await call('public/subscribe', { channels }, 1)).error.code).toBe(-32602);
    expect((await call('public/subscribe', { channels: channels.slice(1) }, 2)).result).toHaveLength(2);
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'public/test', params: { x: 'x'.repeat(1000) } }));
    expect((await closed).code).toBe(1009);
    expect((await snapshot()).counts.violations).toEqual({ 'channels-per-call': 1, 'message-size': 1 });
  });

  it('closes an HTTP connection that has lived its time behind the next answer', async () => {
    const { port, snapshot } = await openSite({ httpConnectionAgeMs: 60 });
    const agent = newAgent();
    for (;;) {
      const { status, close } = await get(port, '/api/v2/public/test', agent);
      expect(status).toBe(200);
      if (close) break;
      await pause(20);
    }
    expect((await snapshot()).counts.accepted).toBe(1);
    expect((await get(port, '/api/v2/public/test', agent)).status).toBe(200);
    expect((await snapshot()).counts).toMatchObject({ accepted: 2, violations: {} });
  });
});
