// The cost of a pool's own work, with connections that cost nothing.
import genericPool from 'generic-pool';
import { createPool as createLightningPool } from 'lightning-pool';
import { Pool as TarnPool } from 'tarn';
import { ConnectionPool } from '../../dist/pool/index.js';
import { operationsPerSecond } from '../slices.mjs';

const CONNECTIONS = 10;
const TASKS = 100;
const MANY = 10_000;
const BATCH = 500;

const NO_PARTS = { dnsMs: 0, tcpMs: 0, tlsMs: 0, upgradeMs: 0 };

/**
 * Each adapter gives `acquire` and `release`, and nothing around them: a wrapper would cost both sides the same and
 * draw the ratio towards one. Nobody waits for a release, which is to a peer's advantage.
 */
async function openOurs(connections = CONNECTIONS) {
  const pool = new ConnectionPool({
    endpoints: [{ origin: 'nowhere' }],
    max: connections,
    maxPending: TASKS,
    factory: {
      connect: () => Promise.resolve({ connection: {}, parts: NO_PARTS }),
      close() {},
      onClosed() {},
    },
  });
  await pool.start('max');
  return {
    acquire: () => pool.acquire(),
    release: (lease) => lease.release(),
    useAtOnce() {
      pool.tryAcquire().release();
    },
    close: () => pool.close(),
  };
}

async function openGenericPool() {
  const factory = { create: () => Promise.resolve({}), destroy: () => Promise.resolve() };
  const pool = genericPool.createPool(factory, { max: CONNECTIONS });
  return {
    acquire: () => pool.acquire(),
    release: (connection) => void pool.release(connection),
    close: () => pool.drain().then(() => pool.clear()),
  };
}

async function openTarn() {
  const pool = new TarnPool({ create: () => Promise.resolve({}), destroy() {}, min: 0, max: CONNECTIONS });
  return {
    acquire: () => pool.acquire().promise,
    release: (connection) => pool.release(connection),
    close: () => pool.destroy(),
  };
}

async function openLightningPool() {
  const factory = { create: () => Promise.resolve({}), destroy: () => Promise.resolve() };
  const pool = createLightningPool(factory, { max: CONNECTIONS });
  return {
    acquire: () => pool.acquire(),
    release: (connection) => pool.release(connection),
    close: () => pool.close(true),
  };
}

const alone = ({ acquire, release }) =>
  operationsPerSecond(async () => {
    for (let i = 0; i < BATCH; i += 1) release(await acquire());
  }, BATCH);

async function task({ acquire, release }) {
  release(await acquire());
}

const crowded = (pool) =>
  operationsPerSecond(async () => {
    const tasks = [];
    for (let i = 0; i < TASKS; i += 1) tasks.push(task(pool));
    await Promise.all(tasks);
  }, TASKS);

const atOnce = ({ useAtOnce }) =>
  operationsPerSecond(async () => {
    for (let i = 0; i < BATCH; i += 1) useAtOnce();
  }, BATCH);

/** The least that lending can be: no wait, no count, no check. */
async function openArray() {
  const idle = Array.from({ length: CONNECTIONS }, () => ({}));
  return {
    useAtOnce() {
      idle.push(idle.pop());
    },
    close: () => Promise.resolve(),
  };
}

/** Bytes of the heap taken by a use, from the median over runs that no garbage collection fell into. */
async function bytesPerUse(pool) {
  const runs = [];
  while (runs.length < 9) {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < BATCH * 4; i += 1) pool.release(await pool.acquire());
    const bytes = (process.memoryUsage().heapUsed - before) / (BATCH * 4);
    if (bytes > 0) runs.push(bytes);
  }
  return runs.sort((a, b) => a - b)[4];
}

/** Our pool with many connections against our pool with few, nanoseconds a use. */
async function manyAgainstFew() {
  const [many, few] = [await openOurs(MANY), await openOurs()];
  return {
    ours: async () => 1e9 / (await alone(many)),
    peer: async () => 1e9 / (await alone(few)),
    close: () => Promise.all([many.close(), few.close()]),
  };
}

function against(openPeer, slice) {
  return async () => {
    const [ours, peer] = [await openOurs(), await openPeer()];
    return {
      ours: () => slice(ours),
      peer: () => slice(peer),
      close: () => Promise.all([ours.close(), peer.close()]),
    };
  };
}

export default {
  name: 'pool',
  ratios: [
    {
      id: 'pool.alone/generic-pool',
      note: 'acquire and release a second, nobody waiting, ÷ generic-pool',
      bound: { op: '>=', value: 3 },
      open: against(openGenericPool, alone),
    },
    {
      id: 'pool.alone/tarn',
      note: 'acquire and release a second, nobody waiting, ÷ tarn',
      bound: { op: '>=', value: 8 },
      open: against(openTarn, alone),
    },
    {
      id: 'pool.alone/lightning-pool',
      note: 'acquire and release a second, nobody waiting, ÷ lightning-pool',
      bound: { op: '>=', value: 6 },
      open: against(openLightningPool, alone),
    },
    {
      id: 'pool.crowded/generic-pool',
      note: `${TASKS} tasks at once on ${CONNECTIONS} connections, tasks a second, ÷ generic-pool`,
      bound: { op: '>=', value: 2 },
      open: against(openGenericPool, crowded),
    },
    {
      id: 'pool.atOnce/array',
      note: 'tryAcquire and release a second, ÷ pop and push on a bare array',
      bound: { op: '>=', value: 0.33 },
      open: against(openArray, atOnce),
    },
    {
      id: 'pool.many/few',
      note: `time of a use with ${MANY} connections ÷ with ${CONNECTIONS}`,
      bound: { op: '<=', value: 1.2 },
      open: manyAgainstFew,
    },
    {
      id: 'pool.bytes/generic-pool',
      note: 'bytes of the heap taken by a use, ÷ generic-pool',
      bound: { op: '<=', value: 1 },
      open: against(openGenericPool, bytesPerUse),
    },
  ],
};
