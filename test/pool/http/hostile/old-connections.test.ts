import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HttpConnectionPool } from '../../../../src/pool/index.js';
import { answer, raw } from '../raw-server.js';
import { failureOf } from '../until.js';

/** Answers a request; the sockets in `doomed` reset at the next one instead. */
function serveUntilDoomed(doomed: Set<Socket>): (socket: Socket) => void {
  return (socket) =>
    socket.on('data', () => {
      if (doomed.has(socket)) socket.resetAndDestroy();
      else socket.write(answer('ok'));
    });
}

describe('connections that die of old age', () => {
  it('do not fail an idempotent request, however many there are in a row', async () => {
    const doomed = new Set<Socket>();
    await using server = await raw(serveUntilDoomed(doomed));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 6 });
    await Promise.all(Array.from({ length: 6 }, () => pool.request({ path: '/' })));
    const opened = pool.stats().gauges.open;
    expect(opened).toBeGreaterThan(2);
    for (const socket of server.sockets) doomed.add(socket);
    const { tries, text } = await pool.request({ path: '/' }).then((response) => ({
      tries: response.tries,
      text: response.text(),
    }));
    expect(text).toBe('ok');
    expect(tries).toBe(opened + 1);
  });

  it('may never have served: one that was opened ahead is as old as one that was used', async () => {
    const doomed = new Set<Socket>();
    await using server = await raw(serveUntilDoomed(doomed));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 2 });
    await pool.start('max');
    while (server.sockets.length < 2) {
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    for (const socket of server.sockets) doomed.add(socket);
    expect((await pool.request({ path: '/' })).text()).toBe('ok');
  });

  it('do not take their endpoint out of service', async () => {
    const doomed = new Set<Socket>();
    await using server = await raw(serveUntilDoomed(doomed));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, failureThreshold: 1 });
    const down: unknown[] = [];
    pool.on((event) => {
      if (event.kind === 'endpointDown') down.push(event);
    });
    for (let round = 0; round < 5; round += 1) {
      await pool.request({ path: '/' });
      for (const socket of server.sockets) doomed.add(socket);
      expect((await pool.request({ path: '/' })).text()).toBe('ok');
    }
    expect(down).toEqual([]);
  });

  it('end the request that is not idempotent, since nobody knows how far it came', async () => {
    const doomed = new Set<Socket>();
    await using server = await raw(serveUntilDoomed(doomed));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    await pool.request({ path: '/' });
    for (const socket of server.sockets) doomed.add(socket);
    expect(await failureOf(pool.request({ path: '/', method: 'POST' }))).toMatchObject({ kind: 'reset', attempts: 1 });
  });
});

describe('an endpoint that does not speak HTTP', () => {
  it('is taken out of service, and idempotent requests go to the other one', async () => {
    await using garbage = await raw((socket) => socket.on('data', () => socket.write('SSH-2.0-OpenSSH_9.2\r\n')));
    await using good = await raw((socket) => socket.on('data', () => socket.write(answer('ok'))));
    await using pool = new HttpConnectionPool({ origins: [garbage.origin, good.origin], max: 4 });
    const responses = [];
    for (let i = 0; i < 20; i += 1) responses.push(await pool.request({ path: '/' }));
    expect(responses.every((response) => response.text() === 'ok')).toBe(true);
    expect(pool.stats().endpoints[0]).toMatchObject({ state: 'down' });
    expect(pool.counters.attemptFailures).toBeLessThanOrEqual(4);
  });
});

describe('interim responses', () => {
  it.each([
    ['one, and then silence', 1],
    ['one after the other', 1000],
  ])('do not put off the limit on headers: %s', async (_name, count) => {
    await using server = await raw((socket) =>
      socket.on('data', () => {
        let left = count;
        const timer = setInterval(() => {
          left -= 1;
          if (left < 0 || socket.destroyed) clearInterval(timer);
          else socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
        }, 5);
        socket.once('close', () => clearInterval(timer));
      }),
    );
    await using pool = new HttpConnectionPool({
      origins: [server.origin],
      max: 1,
      tries: 1,
      headersTimeoutMs: 100,
      requestTimeoutMs: 10_000,
    });
    expect(await failureOf(pool.request({ path: '/' }))).toMatchObject({ kind: 'timeout', phase: 'headers' });
  });
});

describe('one slow request', () => {
  it('costs its own connection and no other, where there is no other endpoint', async () => {
    await using server = await raw((socket) =>
      socket.on('data', (chunk) => {
        if (!String(chunk).startsWith('GET /slow')) socket.write(answer('ok'));
      }),
    );
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 4, failureThreshold: 1 });
    await pool.start('max');
    expect(await failureOf(pool.request({ path: '/slow', timeoutMs: 50 }))).toMatchObject({ kind: 'timeout' });
    expect(pool.stats().endpoints[0]).toMatchObject({ state: 'up', open: 3 });
    await Promise.all(Array.from({ length: 3 }, () => pool.request({ path: '/' })));
    expect(pool.stats()).toMatchObject({ opened: 4, gauges: { open: 3 } });
  });
});
