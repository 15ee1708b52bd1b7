import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import { expect } from 'vitest';
import { HttpConnectionPool } from '../../../src/pool/index.js';
import { answer, raw } from './raw-server.js';
import { serve } from './servers.js';
import { until } from './until.js';

const PATIENCE_MS = 3000;

export interface HttpPoolSettings {
  readonly max: number;
  readonly maxLifetimeMs?: number;
  readonly unreadTimeoutMs?: number;
}

export interface HttpRequestUnderTest {
  readonly path: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What the scenarios ask of a pool; little enough for a naive one to have it. */
export interface HttpPoolUnderTest {
  /** Connections that it counts as open. */
  readonly open: number;
  /** The body of the response. */
  request(request: HttpRequestUnderTest): Promise<string>;
  /** The response with its body unread. */
  stream(path: string): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

export type OpenHttpPool = (origin: string, settings: HttpPoolSettings) => HttpPoolUnderTest;

/** A well-known bug as a run of a pool: it passes where the bug is not, and fails an expectation where it is. */
export interface HttpScenario {
  readonly name: string;
  /** What the failed expectation says on a pool that has the bug. */
  readonly symptom: string;
  readonly run: (open: OpenHttpPool) => Promise<void>;
}

/** The pool of this package. */
export class PooledHttp implements HttpPoolUnderTest {
  readonly #origin: string;
  readonly #pool: HttpConnectionPool;

  constructor(origin: string, settings: HttpPoolSettings) {
    this.#origin = origin;
    this.#pool = new HttpConnectionPool({ origins: [origin], ...settings });
  }

  get open(): number {
    return this.#pool.stats().gauges.open;
  }

  async request(request: HttpRequestUnderTest): Promise<string> {
    return (await this.#pool.request(request)).text();
  }

  stream(path: string): Promise<Dispatcher.ResponseData> {
    return request(this.#origin + path, { dispatcher: this.#pool.dispatcher });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** What became of a request: its body, the word that it failed, or nothing for long. */
async function outcomeOf(body: Promise<string>): Promise<string> {
  const settled = body.then(
    (text) => `answered ${text}`,
    () => 'failed',
  );
  return Promise.race([settled, sleep(PATIENCE_MS, 'still waiting', { ref: false })]);
}

async function withQueuedRequest(
  open: OpenHttpPool,
  queued: Omit<HttpRequestUnderTest, 'path'>,
  what: string,
): Promise<void> {
  await using server = await serve(() => {});
  const pool = open(server.origin, { max: 1 });
  const first = outcomeOf(pool.request({ path: '/hangs' }));
  await until(() => server.sockets.size === 1);
  const outcome = await outcomeOf(pool.request({ path: '/waits', ...queued }));
  await pool.close();
  await first;
  expect(outcome, what).toBe('failed');
}

export const deadlineIgnoredInQueue: HttpScenario = {
  name: 'the deadline of a request does not count while it waits for a connection',
  symptom: 'a queued request at its deadline',
  run: (open) => withQueuedRequest(open, { timeoutMs: 100 }, 'a queued request at its deadline'),
};

export const signalIgnoredInQueue: HttpScenario = {
  name: 'the signal of a request is not heeded while it waits for a connection',
  symptom: 'a queued request that was aborted',
  run: (open) => withQueuedRequest(open, { signal: AbortSignal.timeout(50) }, 'a queued request that was aborted'),
};

export const unreadBody: HttpScenario = {
  name: 'a body that nobody reads holds its connection for ever',
  symptom: 'a request behind an unread body',
  async run(open) {
    await using server = await serve((_request, response) => response.end(Buffer.alloc(8 << 20, '.')));
    const pool = open(server.origin, { max: 1, unreadTimeoutMs: 100 });
    const { body } = await pool.stream('/');
    body.on('error', () => {});
    const outcome = await outcomeOf(pool.request({ path: '/' }).then(({ length }) => String(length)));
    await pool.close();
    expect(outcome, 'a request behind an unread body').toBe(`answered ${8 << 20}`);
  },
};

export const idleClosedByPeer: HttpScenario = {
  name: 'an idle connection that the server closes just then fails a request that could be sent again',
  symptom: 'a request on a connection that was closed under it',
  async run(open) {
    await using server = await raw((socket, index) => {
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (index === 0 && requests === 2) socket.end();
        else socket.write(answer(`by connection ${index}`));
      });
    });
    const pool = open(server.origin, { max: 1 });
    const outcomes = [await outcomeOf(pool.request({ path: '/' })), await outcomeOf(pool.request({ path: '/' }))];
    await pool.close();
    expect(outcomes, 'a request on a connection that was closed under it').toEqual([
      'answered by connection 0',
      'answered by connection 1',
    ]);
  },
};

export const expiredButCounted: HttpScenario = {
  name: 'a connection at the end of its life still counts, and the next request waits for ever',
  symptom: 'requests over three lifetimes',
  async run(open) {
    await using server = await serve((_request, response) => response.end('ok'));
    const pool = open(server.origin, { max: 1, maxLifetimeMs: 30 });
    const outcomes: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      outcomes.push(await outcomeOf(pool.request({ path: '/' })));
      await sleep(50);
    }
    await pool.close();
    expect(outcomes, 'requests over three lifetimes').toEqual(['answered ok', 'answered ok', 'answered ok']);
  },
};

export const deadButCounted: HttpScenario = {
  name: 'connections that the server closed are kept, and counted',
  symptom: 'connections counted after the server closed them',
  async run(open) {
    await using server = await serve((_request, response) => response.end('ok'));
    const pool = open(server.origin, { max: 4 });
    await Promise.all([1, 2, 3, 4].map(() => pool.request({ path: '/' })));
    for (const socket of server.sockets) socket.destroy();
    for (let i = 0; i < PATIENCE_MS / 10 && pool.open > 0; i += 1) await sleep(10);
    const { open: counted } = pool;
    await pool.close();
    expect(counted, 'connections counted after the server closed them').toBe(0);
  },
};
