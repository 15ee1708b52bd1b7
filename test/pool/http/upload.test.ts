import { fetch } from 'undici';
import { describe, expect, it } from 'vitest';
import { HttpConnectionPool } from '../../../src/pool/index.js';
import { Http2TestServer } from './http2-server.js';
import { raw } from './raw-server.js';
import { serve } from './servers.js';
import { failureOf, until } from './until.js';

async function* pieces(count: number, pauseMs: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < count; i += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, pauseMs);
    });
    yield Buffer.from('x');
  }
}

async function* large(): AsyncGenerator<Buffer> {
  for (let i = 0; i < 1000; i += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    yield Buffer.alloc(64 * 1024);
  }
}

const post = (body: AsyncGenerator<Buffer>): { method: string; body: AsyncGenerator<Buffer>; duplex: 'half' } => ({
  method: 'POST',
  body,
  duplex: 'half',
});

describe('an upload through the dispatcher', () => {
  it.each([
    ['of steady progress', 10, 50],
    ['whose source begins late', 1, 500],
  ])('%s may take longer than requestTimeoutMs', async (_what, count, pauseMs) => {
    await using server = await serve((request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      request.on('end', () => response.end(`${bytes}`));
    });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, requestTimeoutMs: 250 });
    const response = await fetch(server.origin, { dispatcher: pool.dispatcher, ...post(pieces(count, pauseMs)) });
    expect(await response.text()).toBe(`${count}`);
    expect(pool.stats().endpoints[0]).toMatchObject({ state: 'up', failures: 0 });
  });

  it('that the server stops taking ends with phase send', async () => {
    await using server = await raw((socket) => socket.pause());
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, requestTimeoutMs: 200 });
    const error = await failureOf(fetch(server.origin, { dispatcher: pool.dispatcher, ...post(large()) }));
    expect(error).toMatchObject({ cause: { kind: 'timeout', phase: 'send' } });
    await until(() => pool.stats().gauges.open === 0);
  });

  it('over HTTP/2 has the same limit', async () => {
    await using server = await Http2TestServer.start((stream) => {
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      stream.on('end', () => {
        stream.respond({ ':status': 200 });
        stream.end(`${bytes}`);
      });
    });
    const tls = { ca: server.ca };
    await using pool = new HttpConnectionPool({
      origins: [server.origin],
      max: 1,
      http2: true,
      tls,
      requestTimeoutMs: 250,
    });
    const response = await fetch(server.origin, { dispatcher: pool.dispatcher, ...post(pieces(10, 50)) });
    expect(await response.text()).toBe('10');
  });
});
