import type { ServerHttp2Stream } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../src/base/index.js';
import { HttpConnectionPool, HttpRequestError } from '../../../src/pool/index.js';
import { Http2TestServer, reply, type SeenRequest } from './http2-server.js';

/** How often each request was worked on: what is refused or above the last stream of a goodbye is not. */
class ShakyServer {
  readonly worked = new Map<string, number>();
  readonly #random: Random;
  /** A second goodbye may not name a later stream. */
  readonly #leaving = new WeakSet<object>();

  constructor(random: Random) {
    this.#random = random;
  }

  answer(stream: ServerHttp2Stream, { path, session }: SeenRequest): void {
    const chance = this.#random.next();
    if (stream.destroyed || session.destroyed) return;
    if (chance < 0.06) stream.close(7);
    else if (chance < 0.09 && stream.id !== undefined && !this.#leaving.has(session)) {
      this.#leaving.add(session);
      session.goaway(0, stream.id - 2);
    } else if (!this.#leaving.has(session)) this.#work(stream, path, chance);
  }

  #work(stream: ServerHttp2Stream, path: string, chance: number): void {
    this.worked.set(path, (this.worked.get(path) ?? 0) + 1);
    if (chance < 0.13) stream.close(2);
    else if (chance < 0.16) stream.destroy();
    else if (chance < 0.18) stream.session?.destroy();
    else if (chance < 0.3) setTimeout(() => reply(stream, path), 5);
    else if (chance < 0.4) reply(stream, Buffer.alloc(100_000, path));
    else if (chance > 0.98) stream.respond({ ':status': 200 });
    else reply(stream, path);
  }
}

describe('an HTTP/2 pool before two shaky servers', () => {
  it('settles every request once, repeats no POST that was worked on, and is whole afterwards', async () => {
    const random = seededRandom('h2 soak');
    const [one, two] = [new ShakyServer(random.fork('one')), new ShakyServer(random.fork('two'))];
    await using first = await Http2TestServer.start((stream, seen) => one.answer(stream, seen));
    await using second = await Http2TestServer.start((stream, seen) => two.answer(stream, seen), {
      settings: { maxConcurrentStreams: 7 },
    });
    const pool = new HttpConnectionPool({
      origins: [first.origin, second.origin],
      tls: { ca: [first.ca, second.ca] },
      max: 4,
      http2: true,
      requestTimeoutMs: 100,
      failureThreshold: 3,
      cooldownMs: 20,
      dialBackoff: { firstMs: 1, maxMs: 10 },
    });
    const settled = { ok: 0, failed: new Map<string, number>() };
    const worker = async (name: number): Promise<void> => {
      for (let i = 0; i < 60; i += 1) {
        const path = `/${name}-${i}`;
        const controller = new AbortController();
        if (random.next() < 0.05) setTimeout(() => controller.abort(), 2);
        const method = i % 2 === 0 ? 'POST' : 'GET';
        const request = { path, method, signal: controller.signal, ...(method === 'POST' ? { body: path } : {}) };
        const response = await pool.request(request).catch((error: unknown) => {
          expect(error).toBeInstanceOf(HttpRequestError);
          if (!(error instanceof HttpRequestError)) return;
          settled.failed.set(error.kind, (settled.failed.get(error.kind) ?? 0) + 1);
        });
        if (!response) continue;
        settled.ok += 1;
        expect(response.text().startsWith(path)).toBe(true);
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => worker(i)));
    const failed = [...settled.failed.values()].reduce((sum, count) => sum + count, 0);
    expect(settled.ok + failed).toBe(1200);
    expect([...settled.failed.keys()].toSorted()).toEqual(['aborted', 'reset', 'timeout']);
    expect(settled.ok).toBeGreaterThan(600);
    for (let name = 0; name < 20; name += 1) {
      for (let i = 0; i < 60; i += 2) {
        const path = `/${name}-${i}`;
        const times = (one.worked.get(path) ?? 0) + (two.worked.get(path) ?? 0);
        expect(times, path).toBeLessThanOrEqual(1);
      }
    }
    expect(pool.stats().gauges).toMatchObject({ used: 0, pending: 0 });
    const { attempts, attemptFailures, retries } = pool.counters;
    expect(attempts).toBe(settled.ok + attemptFailures);
    expect(retries).toBeGreaterThan(0);
    await pool.close();
    const { opened, closed } = pool.stats();
    expect(Object.values(closed).reduce((sum, count) => sum + count, 0)).toBe(opened);
  });
});
