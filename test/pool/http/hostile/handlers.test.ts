import { interceptors, request } from 'undici';
import { describe, expect, it } from 'vitest';
import { HttpConnectionPool, HttpRequestError } from '../../../../src/pool/index.js';
import { raw } from '../raw-server.js';
import { serve } from '../servers.js';
import { failureOf } from '../until.js';

/** Errors thrown by listeners surface as uncaught exceptions; this takes them for the time of a test. */
async function uncaughtDuring(work: () => Promise<void>): Promise<unknown[]> {
  const before = process.listeners('uncaughtException');
  const seen: unknown[] = [];
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => seen.push(error));
  try {
    await work();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of before) process.on('uncaughtException', listener);
  }
  return seen;
}

describe("the caller's own code that throws", () => {
  it("lets undici's retry interceptor ask for another try at the end of a response", async () => {
    let asked = 0;
    await using server = await serve((_request, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 503 : 200, { 'content-length': 2 }).end('ok');
    });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    const dispatcher = pool.dispatcher.compose(interceptors.retry({ minTimeout: 1 }));
    const { statusCode, body } = await request(server.origin, { dispatcher });
    expect([statusCode, await body.text(), asked]).toEqual([200, 'ok', 2]);
    expect(pool.stats().gauges.used).toBe(0);
  });

  it('does not keep the connection when a listener or the judge of answers throws', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    await using pool = new HttpConnectionPool({
      origins: [server.origin],
      max: 1,
      badAnswer: () => {
        throw new Error('the judge');
      },
    });
    pool.onAttempt(() => {
      throw new Error('the listener');
    });
    const uncaught = await uncaughtDuring(async () => {
      expect((await pool.request({ path: '/' })).text()).toBe('ok');
      expect((await pool.request({ path: '/' })).text()).toBe('ok');
    });
    expect(uncaught.map((error) => (error as Error).message).sort()).toEqual([
      'the judge',
      'the judge',
      'the listener',
      'the listener',
    ]);
    expect(pool.describe()).toBe('active 0 · idle 1 · pending 0 · opened 1');
  });

  it('gets what it threw while a response came as it is, and its request fails', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    const own = new Error('my own');
    const failure = await new Promise<unknown>((resolve) => {
      pool.dispatch(
        { path: '/', method: 'GET' },
        {
          onRequestStart() {},
          onResponseStart() {
            throw own;
          },
          onResponseError: (_controller, error) => resolve(error),
        },
      );
    });
    expect(failure).toBe(own);
    expect(pool.stats().gauges.used).toBe(0);
  });
});

describe('what a failed request tells', () => {
  it('has the code of its cause, or that of the limit it passed', async () => {
    await using server = await raw((socket, index) => {
      if (index === 0) socket.once('data', () => socket.resetAndDestroy());
    });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, tries: 1, headersTimeoutMs: 50 });
    const reset = await failureOf(pool.request({ path: '/' }));
    expect(reset).toMatchObject({ kind: 'reset', code: 'ECONNRESET' });
    const late = await failureOf(pool.request({ path: '/' }));
    expect(late).toBeInstanceOf(HttpRequestError);
    expect(late).toMatchObject({ kind: 'timeout', phase: 'headers', code: 'UND_ERR_HEADERS_TIMEOUT' });
  });
});
