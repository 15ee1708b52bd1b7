import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { dialHttp, HttpConnectionPool, type Resolve } from '../../../src/pool/index.js';
import { systemClock } from '../../../src/base/index.js';
import { selfSigned } from './certificate.js';
import { listenOnSamePort } from './same-port.js';
import { serve } from './servers.js';
import { failureOf, until } from './until.js';

const ipv4 = (...addresses: string[]): Awaited<ReturnType<Resolve>> => ({
  addresses: addresses.map((address) => ({ address, family: 4 as const })),
});

/** The same port on several addresses of the loopback; tells which address each connection came to. */
async function everywhere(): Promise<AsyncDisposable & { port: number; arrived: string[] }> {
  const arrived: string[] = [];
  const servers = Array.from({ length: 3 }, () => createServer((_request, response) => response.end('ok')));
  for (const server of servers) server.on('connection', (socket) => arrived.push(socket.localAddress ?? ''));
  return {
    port: await listenOnSamePort(servers),
    arrived,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}

describe('a pool for a host name', () => {
  it('looks it up once for many dials, and leaves an address that is gone', async () => {
    await using server = await everywhere();
    let answer = ipv4('127.0.0.1');
    let asked = 0;
    const resolve: Resolve = async () => {
      asked += 1;
      return answer;
    };
    const origin = `http://venue.test:${server.port}`;
    await using pool = new HttpConnectionPool({ origins: [origin], min: 3, max: 3, dns: { resolve, ttlMs: 60 } });
    await pool.start('max');
    expect(asked).toBe(1);
    await until(() => server.arrived.length === 3);
    expect(server.arrived).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    answer = ipv4('127.0.0.2');
    await until(() => pool.counters.retired === 3 && server.arrived.length === 6);
    expect(server.arrived.slice(3)).toEqual(['127.0.0.2', '127.0.0.2', '127.0.0.2']);
    expect((await pool.request({ path: '/' })).text()).toBe('ok');
    expect(pool.counters.attemptFailures).toBe(0);
  });

  it('finishes a request on an address that goes away under it', async () => {
    await using server = await serve((_request, response) => void setTimeout(() => response.end('done'), 300));
    const port = new URL(server.origin).port;
    let answer = ipv4('127.0.0.1');
    const dns = { resolve: async () => answer, ttlMs: 40, goneAfterLookups: 1 };
    await using pool = new HttpConnectionPool({ origins: [`http://venue.test:${port}`], max: 1, dns });
    const response = pool.request({ path: '/' });
    await until(() => server.sockets.size === 1);
    answer = ipv4('127.0.0.3');
    expect((await response).text()).toBe('done');
    expect(pool.counters).toMatchObject({ retired: 1, attemptFailures: 0 });
    await until(() => pool.stats().gauges.open === 0);
  });

  it('takes the next address when the first refuses', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    const port = new URL(server.origin).port;
    const addresses = ['127.0.0.4', '127.0.0.1'].map((address) => ({ address, family: 4 as const }));
    const lookup = async (): Promise<typeof addresses> => addresses;
    const connection = await dialHttp(`http://venue.test:${port}`, { clock: systemClock, lookup });
    expect(connection.remoteAddress).toBe('127.0.0.1');
    expect((await connection.request({ path: '/' })).body.toString()).toBe('ok');
    connection.close();
  });

  it('says that a name was not found, and where', async () => {
    const resolve: Resolve = async () => {
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    };
    await using pool = new HttpConnectionPool({ origins: ['http://venue.test'], max: 1, dns: { resolve } });
    const stages: string[] = [];
    pool.onDialFailure(({ stage }) => stages.push(stage));
    expect(await failureOf(pool.request({ path: '/', timeoutMs: 50 }))).toMatchObject({ kind: 'refused' });
    expect(stages[0]).toBe('dns');
  });
});

describe('a pool over TLS', () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('with resume %s shortens %i handshakes of later connections', async (resume, resumed) => {
    const identity = await selfSigned();
    await using server = await serve((_request, response) => response.end('ok'), identity);
    const tls = { ca: identity.cert, resume };
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, tls });
    await pool.request({ path: '/' });
    for (const socket of server.sockets) socket.destroy();
    await until(() => pool.stats().gauges.open === 0);
    expect((await pool.request({ path: '/', headers: { host: 'localhost' } })).text()).toBe('ok');
    expect((await pool.request({ path: '/' })).reused).toBe(true);
    expect(pool.counters.tlsResumed).toBe(resumed);
  });
});
