import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Clock, sleep, systemClock } from '../../../src/base/index.js';
import { HttpConnectionPool, type HttpDialFailure, type Resolve } from '../../../src/pool/index.js';
import { listenOnSamePort } from './same-port.js';
import { until } from './until.js';

const HEAD_START_MS = 7;

/** No address has a head start: all attempts begin at once, and several complete their handshake. */
const impatient: Clock = {
  now: () => systemClock.now(),
  setTimeout(ring, ms) {
    if (ms > HEAD_START_MS || ms < HEAD_START_MS - 1) return systemClock.setTimeout(ring, ms);
    queueMicrotask(ring);
    return undefined;
  },
  clearTimeout: (timer) => systemClock.clearTimeout(timer),
};

describe('attempts that lost the race to another address', () => {
  it('are told with their local ports, so that every connection that the server accepted is known', async () => {
    const accepted: number[] = [];
    const servers = Array.from({ length: 3 }, () =>
      createServer((socket) => {
        accepted.push(socket.remotePort ?? 0);
        socket.on('error', () => {});
      }),
    );
    const port = await listenOnSamePort(servers);
    const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3'].map((address) => ({ address, family: 4 as const }));
    const resolve: Resolve = async () => ({ addresses });
    const pool = new HttpConnectionPool({
      origins: [`http://venue.test:${port}`],
      max: 5,
      clock: impatient,
      dns: { resolve, attemptDelayMs: HEAD_START_MS },
    });
    const opened: number[] = [];
    const failures: HttpDialFailure[] = [];
    pool.onConnection((event) => event.kind === 'opened' && opened.push(event.localPort));
    pool.onDialFailure((failure) => failures.push(failure));
    await pool.start('max');
    await until(() => failures.length === 10 && accepted.length > 5);
    await pool.close();
    await sleep(systemClock, 50);
    for (const server of servers) {
      server.close();
      await once(server, 'close');
    }
    expect(opened).toHaveLength(5);
    const told = new Set([...opened, ...failures.map(({ localPort }) => localPort)]);
    expect(accepted.filter((one) => !told.has(one))).toEqual([]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ endpointIndex: 0, stage: 'tcp', errorKind: 'aborted' });
      expect(failure.localPort).toBeGreaterThan(0);
    }
    expect(pool.stats()).toMatchObject({ dials: 5, dialFailures: 0 });
  });
});
