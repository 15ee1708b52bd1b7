// What holding subscriptions costs: messages through our pool, which tracks their sequence and drops what is repeated,
// against bare `ws` with JSON.parse and the same handler; and placing, keeping and changing many subscriptions. The
// server is in a process of its own and cheap, so that the client is what is measured.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocket as PartySocket } from 'partysocket';
import ReconnectingWebSocket from 'reconnecting-websocket';
import { WebSocket } from 'ws';
import { startExchange } from '../../dist/exchange/client.js';
import { binanceStreams, WebSocketConnectionPool } from '../../dist/pool/index.js';
import { startBareFeed } from '../bare.mjs';

const SITE = { id: 'bench', venues: ['binance'], seed: 'bench', endpoints: 1, tls: false, symbols: 8, activity: 1 };
const RECORDING_MS = 2000;
// As many as take about a third of a second.
const DEPTH = { streamOf: (symbol) => `${symbol.toLowerCase()}@depth@100ms`, count: 15_000 };
const TRADE = { streamOf: (symbol) => `${symbol.toLowerCase()}@trade`, count: 50_000 };

/** `ws` gives messages as buffers unless it is told otherwise. */
const textOf = (data) => (Buffer.isBuffer(data) ? data.toString() : '');

/** What the mock exchange sends on these streams in a while, as texts in combined form. */
async function record(streamOf) {
  const exchange = await startExchange();
  try {
    const { endpoints, symbols } = await exchange.open({ ...SITE, link: { rttMs: 0 } });
    const streams = symbols.binance.map(streamOf);
    const socket = new WebSocket(`${endpoints[0].ws}/stream?streams=${streams.join('/')}`);
    const recording = [];
    socket.on('message', (data) => recording.push(textOf(data)));
    await once(socket, 'message');
    await sleep(RECORDING_MS);
    socket.terminate();
    return recording;
  } finally {
    await exchange.shutdown();
  }
}

/** The handler of both sides: looks at every message, and says when so many have come. */
function counter() {
  const state = { heard: 0, levels: 0 };
  let awaited = { count: Number.POSITIVE_INFINITY, done: () => undefined };
  const handle = ({ E, b, a }) => {
    if (E > 0 && Array.isArray(b)) state.levels += b.length + a.length;
    state.heard += 1;
    if (state.heard === awaited.count) awaited.done();
  };
  const more = (count) =>
    new Promise((done) => {
      awaited = { count: state.heard + count, done };
    });
  return { state, handle, more };
}

async function openOurs(origin, streams, options = {}) {
  const { state, handle, more } = counter();
  const pool = new WebSocketConnectionPool({
    origins: [origin],
    protocol: binanceStreams,
    maxConnections: options.feeds ?? 1,
    streamsPerConnection: streams.length,
    ...options,
  });
  const onMessage = ({ payload }) => handle(payload);
  await Promise.all(streams.map((stream) => pool.subscribe(stream, { onMessage }).acknowledged));
  return {
    state,
    more,
    async close() {
      const { gaps, repeated } = pool.stats().streams;
      if (gaps + repeated > 0) throw new Error(`${gaps} gaps and ${repeated} repeated messages were told`);
      await pool.close();
    },
  };
}

async function openBare(origin, streams) {
  const { state, handle, more } = counter();
  const socket = new WebSocket(origin + binanceStreams.path, { perMessageDeflate: false });
  await once(socket, 'open');
  socket.send(binanceStreams.encodeSubscribe(streams, 1));
  await once(socket, 'message');
  socket.on('message', (data) => handle(JSON.parse(textOf(data)).data));
  return { state, more, close: () => socket.terminate() };
}

/** As its users do: settings at their defaults, subscribed on open. */
const openReconnecting = (Client) => async (origin, streams) => {
  const { state, handle, more } = counter();
  const socket = new Client(origin + binanceStreams.path, [], { WebSocket });
  socket.addEventListener('open', () => socket.send(binanceStreams.encodeSubscribe(streams, 1)));
  await new Promise((answered) => socket.addEventListener('message', answered, { once: true }));
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data);
    if (message.data) handle(message.data);
  });
  return { state, more, close: () => socket.close() };
};

const messagesPerCpuSecond = async (feed, side, count) => {
  const before = process.cpuUsage();
  await flood(feed, side, count);
  return count / cpuSecondsSince(before);
};

const messagesPerSecond = async (feed, side, count) => {
  const startedAt = performance.now();
  await flood(feed, side, count);
  return (count * 1e3) / (performance.now() - startedAt);
};

async function flood(feed, { more }, count) {
  const heard = more(count);
  feed.tell({ count });
  await heard;
}

function cpuSecondsSince(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Each side has a server of its own, so that the ids of its streams go on from slice to slice. */
const path =
  ({ streamOf, count }, slice, { openPeer = openBare, ...options } = {}) =>
  async () => {
    const recording = await record(streamOf);
    const streams = [...new Set(recording.map((text) => JSON.parse(text).stream))];
    const feeds = [await startBareFeed({ recording }), await startBareFeed({ recording })];
    const ours = await openOurs(feeds[0].origin, streams, options);
    const peer = await openPeer(feeds[1].origin, streams);
    return {
      ours: () => slice(feeds[0], ours, count),
      peer: () => slice(feeds[1], peer, count),
      async close() {
        await ours.close();
        peer.close();
        if (ours.state.heard !== peer.state.heard || ours.state.levels !== peer.state.levels)
          throw new Error(`ours heard ${ours.state.heard} messages and the peer ${peer.state.heard}, or not the same`);
        await Promise.all(feeds.map((feed) => feed.close()));
      },
    };
  };

const STREAMS_EACH = 200;
const MANY = 10_000;
const FEW = 1000;
const CHURN = 500;
// Requests wait for nothing here, so that what is measured is work.
const UNLIMITED = { ...binanceStreams, requests: { count: 10_000, perMs: 1000 } };

const namesOf = (count, prefix = 's') => Array.from({ length: count }, (_, index) => `${prefix}${index}usdt@trade`);
const ignore = () => undefined;

const poolOf = (origin, connections, options = {}) =>
  new WebSocketConnectionPool({
    origins: [origin],
    protocol: UNLIMITED,
    maxConnections: connections,
    streamsPerConnection: STREAMS_EACH,
    ...options,
  });

const subscribeAll = (pool, names) => names.map((name) => pool.subscribe(name, { onMessage: ignore }));
const allAcknowledged = (held) => Promise.all(held.map(({ acknowledged }) => acknowledged));

/** CPU seconds until so many new subscriptions are acknowledged, dialling their connections included. */
async function placement(origin, names) {
  const before = process.cpuUsage();
  const pool = poolOf(origin, names.length / STREAMS_EACH);
  await allAcknowledged(subscribeAll(pool, names));
  const seconds = cpuSecondsSince(before);
  await pool.close();
  return seconds;
}

async function placeMany() {
  const feed = await startBareFeed({ recording: [] });
  const names = namesOf(MANY);
  return { ours: () => placement(feed.origin, names), peer: () => 1, close: () => feed.close() };
}

/** Many at once against as many in tenths, each tenth in a pool of its own. */
async function placeManyAgainstFew() {
  const feed = await startBareFeed({ recording: [] });
  const [many, few] = [namesOf(MANY), namesOf(FEW)];
  return {
    ours: () => placement(feed.origin, many),
    async peer() {
      let seconds = 0;
      for (let placed = 0; placed < MANY; placed += FEW) seconds += await placement(feed.origin, few);
      return seconds;
    },
    close: () => feed.close(),
  };
}

async function heapOfSubscription() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const feed = await startBareFeed({ recording: [] });
  const names = namesOf(MANY);
  const used = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  return {
    // The second half of them: what the first one left, and what was there before, does not count.
    async ours() {
      const pool = poolOf(feed.origin, MANY / STREAMS_EACH);
      await allAcknowledged(subscribeAll(pool, names.slice(0, MANY / 2)));
      const before = used();
      const held = subscribeAll(pool, names.slice(MANY / 2));
      await allAcknowledged(held);
      const bytes = (used() - before) / held.length;
      await pool.close();
      return bytes;
    },
    peer: () => 1024,
    close: () => feed.close(),
  };
}

/** A pool that already holds so many streams over as many connections as it may have. */
async function openHolding(origin, count, connections) {
  const pool = poolOf(origin, connections + 1, { minConnections: connections });
  await pool.start();
  await allAcknowledged(subscribeAll(pool, namesOf(count)));
  return pool;
}

/** CPU microseconds to subscribe to another stream and to leave it again, both acknowledged. */
async function churn(pool, names) {
  const before = process.cpuUsage();
  const held = subscribeAll(pool, names);
  await allAcknowledged(held);
  await Promise.all(held.map((subscription) => subscription.close()));
  return (cpuSecondsSince(before) * 1e6) / names.length;
}

async function churnBesideMany() {
  const feed = await startBareFeed({ recording: [] });
  const connections = MANY / STREAMS_EACH;
  const many = await openHolding(feed.origin, MANY - CHURN, connections);
  const few = await openHolding(feed.origin, 2 * connections, connections);
  const names = namesOf(CHURN, 'other');
  return {
    ours: () => churn(many, names),
    peer: () => churn(few, names),
    close: () => Promise.all([many.close(), few.close(), feed.close()]),
  };
}

async function churnAgainstBare() {
  const feed = await startBareFeed({ recording: [] });
  const names = namesOf(STREAMS_EACH / 2, 'other');
  const pool = await openHolding(feed.origin, STREAMS_EACH / 2, 1);
  const socket = new WebSocket(feed.origin + UNLIMITED.path, { perMessageDeflate: false });
  await once(socket, 'open');
  const handlers = new Map();
  let id = 0;
  const ask = async (encode) => {
    id += 1;
    socket.send(encode(names, id));
    const [data] = await once(socket, 'message');
    if (JSON.parse(textOf(data)).id !== id) throw new Error('the answer is to another request');
  };
  const bare = async () => {
    const before = process.cpuUsage();
    for (const name of names) handlers.set(name, ignore);
    await ask((streams, number) => UNLIMITED.encodeSubscribe(streams, number));
    await ask((streams, number) => UNLIMITED.encodeUnsubscribe(streams, number));
    for (const name of names) handlers.delete(name);
    return (cpuSecondsSince(before) * 1e6) / names.length;
  };
  // Once is too short for the clock of the scheduler.
  const often = async (once) => {
    let sum = 0;
    for (let turn = 0; turn < 50; turn += 1) sum += await once();
    return sum / 50;
  };
  return {
    ours: () => often(() => churn(pool, names)),
    peer: () => often(bare),
    async close() {
      socket.terminate();
      await pool.close();
      await feed.close();
    },
  };
}

export default {
  name: 'streams',
  ratios: [
    {
      id: 'streams.depth/ws',
      note: 'changes of order books a CPU second, sequence followed and repetitions dropped, ÷ ws with JSON.parse',
      bound: { op: '>=', value: 0.85 },
      open: path(DEPTH, messagesPerCpuSecond),
    },
    {
      id: 'streams.trade/ws',
      note: 'trades a CPU second, sequence followed and repetitions dropped, ÷ ws with JSON.parse',
      bound: { op: '>=', value: 0.85 },
      open: path(TRADE, messagesPerCpuSecond),
    },
    {
      id: 'streams.depth-throughput/ws',
      note: 'changes of order books a second, as fast as they are taken, ÷ ws with JSON.parse',
      bound: { op: '>=', value: 0.85 },
      open: path(DEPTH, messagesPerSecond),
    },
    {
      id: 'streams.trade-throughput/ws',
      note: 'trades a second, as fast as they are taken, ÷ ws with JSON.parse',
      bound: { op: '>=', value: 0.85 },
      open: path(TRADE, messagesPerSecond),
    },
    {
      id: 'streams.trade/reconnecting-websocket',
      note: 'trades a CPU second, ÷ reconnecting-websocket, which follows no sequence',
      bound: { op: '>=', value: 0.85 },
      open: path(TRADE, messagesPerCpuSecond, { openPeer: openReconnecting(ReconnectingWebSocket) }),
    },
    {
      id: 'streams.trade/partysocket',
      note: 'trades a CPU second, ÷ partysocket, which follows no sequence',
      bound: { op: '>=', value: 0.85 },
      open: path(TRADE, messagesPerCpuSecond, { openPeer: openReconnecting(PartySocket) }),
    },
    {
      id: 'streams.two-feeds/ws',
      note: 'changes of order books delivered a CPU second over two feeds, ÷ ws with one (both are read: half is due)',
      open: path(DEPTH, messagesPerCpuSecond, { feeds: 2 }),
    },
    {
      id: 'streams.place/1-s',
      note: `CPU time until ${MANY} subscriptions over ${MANY / STREAMS_EACH} new connections are acknowledged, ÷ 1 s`,
      bound: { op: '<=', value: 1 },
      open: placeMany,
    },
    {
      id: 'streams.place-many/few',
      note: `CPU time of a subscription when ${MANY} are placed ÷ when ${FEW} are, ${STREAMS_EACH} a connection`,
      bound: { op: '<=', value: 1.5 },
      open: placeManyAgainstFew,
    },
    {
      id: 'streams.churn-many/few',
      note: `CPU time to subscribe and unsubscribe a stream beside ${MANY - CHURN} others ÷ beside 100, 50 connections`,
      bound: { op: '<=', value: 1.5 },
      open: churnBesideMany,
    },
    {
      id: 'streams.churn/ws',
      note: 'CPU microseconds to subscribe and unsubscribe a stream, 100 in a request, ÷ ws with a map of handlers',
      open: churnAgainstBare,
    },
    {
      id: 'streams.heap/1-KiB',
      note: `bytes of the heap a subscription after a collection, its share of ${MANY / STREAMS_EACH} connections included, ÷ 1 KiB`,
      open: heapOfSubscription,
    },
  ],
};
