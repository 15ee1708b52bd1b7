import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/base/index.js';
import { ExchangeHost } from '../../src/exchange/host.js';
import type { LedgerSnapshot } from '../../src/exchange/protocol.js';
import { binance } from '../../src/exchange/venues/binance/index.js';
import { pause } from './site-harness.js';

const host = new ExchangeHost(systemClock, { binance });
const clients = new Set<Socket>();
let port = 0;

beforeAll(async () => {
  const link = { rttMs: 0 };
  const site = { id: 's', venues: ['binance'], seed: '1', endpoints: 1, tls: false, symbols: 4, activity: 1, link };
  const opened = await host.answer({ kind: 'open', site });
  if (opened.kind !== 'opened') throw new Error(JSON.stringify(opened));
  port = Number(new URL(opened.site.endpoints[0]?.rest ?? '').port);
});

/** After everything that a test did: the exchange serves, its books balance, and no connection is left behind. */
afterEach(async () => {
  for (const client of clients) client.destroy();
  clients.clear();
  expect((await fetch(`http://127.0.0.1:${port}/api/v3/ping`, { headers: { connection: 'close' } })).status).toBe(200);
  const { counts, connections } = await until(({ connections }) =>
    connections.every(({ closedAtMs }) => closedAtMs !== null),
  );
  expect(connections.filter(({ endedBy }) => endedBy === null)).toEqual([]);
  expect(counts.accepted).toBe(counts.closedByClient + counts.closedByExchange + counts.closedByFault);
  expect(counts.subscribes).toBe(counts.unsubscribes + counts.subscriptionsLost);
  expect(counts.requests).toBeGreaterThanOrEqual(counts.responses);
  // The venue itself found nothing that it could not handle.
  expect(Object.keys(counts.violations)).not.toContain('exchange-error');
  expect(Object.keys(counts.violations)).not.toContain('sent-without-subscription');
});

afterAll(() => host.close());

async function until(condition: (snapshot: LedgerSnapshot) => boolean): Promise<LedgerSnapshot> {
  for (;;) {
    const answer = await host.answer({ kind: 'snapshot', site: 's' });
    if (answer.kind !== 'snapshot') throw new Error(JSON.stringify(answer));
    if (condition(answer.snapshot)) return answer.snapshot;
    await pause(5);
  }
}

async function dial(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  clients.add(socket.once('close', () => clients.delete(socket)));
  await once(socket, 'connect');
  return socket;
}

/** What arrives until it is whole or the exchange ends the connection; without `whole`, for a short while. */
async function answerTo(
  bytes: string | Uint8Array,
  whole?: (text: string) => boolean,
  client?: Socket,
): Promise<string> {
  const socket = client ?? (await dial());
  let text = '';
  const ended = new Promise<void>((resolve) => {
    socket.once('close', resolve).on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (whole?.(text)) resolve();
    });
  });
  socket.write(bytes);
  await (whole ? ended : Promise.race([ended, pause(60)]));
  socket.destroy();
  return text;
}

const UPGRADE = [
  'GET /ws HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

/** A connection that speaks WebSocket by hand. */
async function upgraded(): Promise<Socket> {
  const socket = await dial();
  socket.write(UPGRADE);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 101 /);
  return socket;
}

interface Frame {
  readonly first: number;
  readonly masked: boolean;
  readonly payload: Uint8Array;
  /** Length in the header; that of the payload when left out. */
  readonly claimed?: bigint;
}

/** The bytes of a frame (RFC 6455, 5.2), masked with zeros, which change nothing. */
function frameBytes({ first, masked, payload, claimed = BigInt(payload.length) }: Frame): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(claimed);
  const mask = masked ? 0x80 : 0;
  const header =
    claimed < 126n
      ? Buffer.from([first, mask | Number(claimed)])
      : Buffer.concat([Buffer.from([first, mask | 127]), length]);
  return Buffer.concat([header, Buffer.alloc(masked ? 4 : 0), payload]);
}

const text = (payload: string | Uint8Array, first = 0x81): Buffer =>
  frameBytes({ first, masked: true, payload: Buffer.from(payload) });

/** The code of the close frame that ends the bytes, if they end with one. */
async function closeCodeAfter(bytes: Uint8Array): Promise<number | undefined> {
  const closes = (text: string): boolean => /\x88[^][^][^]/.test(text);
  const answer = Buffer.from(await answerTo(bytes, closes, await upgraded()), 'latin1');
  const at = answer.lastIndexOf(0x88);
  return at < 0 ? undefined : answer.readUInt16BE(at + 2);
}

describe('over HTTP', () => {
  test.each([
    ['no HTTP at all', '\u0000\u0001\u0002 garbage\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['TLS to a plain port', Buffer.from('16030100c8010000c40303', 'hex'), /^HTTP\/1\.1 400 /],
    ['huge headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['a huge target', `GET /${'y'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a proxy request', 'CONNECT example.test:443 HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 405 /],
    ['an upgrade without its key', UPGRADE.replace(/Sec-WebSocket-Key.*\r\n/, ''), /^HTTP\/1\.1 400 /],
    ['half a request', 'GET /api/v3/ping HTTP/1.1\r\nHos', /^$/],
    ['half a body', 'POST /api/v3/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf', /^$/],
  ])('%s is answered as it deserves', async (_what, bytes, answer) => {
    const whole = answer.test('') ? undefined : (text: string): boolean => text.includes('\r\n\r\n');
    expect(await answerTo(bytes, whole)).toMatch(answer);
  });

  test('a body that is too large is read, refused, and not kept', async () => {
    const body = Buffer.alloc(3 << 20, 'x');
    const socket = await dial();
    socket.write(`POST /api/v3/ping HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 413 /);
  });

  const request = fc.record({
    method: fc.oneof(fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'get', 'BREW'), fc.string()),
    path: fc.oneof(
      fc.constantFrom('/api/v3/depth', '/api/v3/klines', '/api/v3/ticker/24hr', '/__proto__', '//', '*'),
      fc.webPath(),
    ),
    query: fc.oneof(
      fc.webQueryParameters(),
      fc
        .array(
          fc.tuple(
            fc.constantFrom('symbol', 'symbols', 'limit', 'interval', 'fromId', 'startTime', '__proto__'),
            fc.oneof(fc.string(), fc.constantFrom('BTCUSDT', '["BTCUSDT"]', '[[', '-1', '1e99', '9'.repeat(400))),
          ),
        )
        .map((pairs) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')),
    ),
    headers: fc.array(
      fc.tuple(
        fc.constantFrom('Content-Length', 'Transfer-Encoding', 'Expect', 'Upgrade', 'Connection', 'X'),
        fc.string(),
      ),
    ),
    body: fc.string(),
  });
  const written = request.map(({ method, path, query, headers, body }) =>
    Buffer.from(
      [`${method} ${path}?${query} HTTP/1.1`, 'Host: x', ...headers.map((pair) => pair.join(': ')), '', body].join(
        '\r\n',
      ),
    ),
  );
  const spoiled = fc
    .tuple(written, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }))
    .map(([bytes, changes]) => {
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes;
    });

  test('requests of any shape, whole or spoiled, never stop it', async () => {
    const inputs = fc.array(fc.oneof(written, spoiled, fc.uint8Array({ maxLength: 2000 })), {
      minLength: 40,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(inputs, async (all) => {
        await Promise.all(all.map((bytes) => answerTo(bytes)));
      }),
      { numRuns: 8 },
    );
  });
});

describe('over a WebSocket', () => {
  test.each([
    ['text that is not UTF-8', text(Buffer.from([0xc3, 0x28])), 1007],
    [
      'a message that claims to be huge',
      frameBytes({ first: 0x81, masked: true, payload: Buffer.alloc(10), claimed: 1n << 40n }),
      1009,
    ],
    [
      'a length beyond all numbers',
      frameBytes({ first: 0x81, masked: true, payload: Buffer.alloc(10), claimed: 1n << 62n }),
      1009,
    ],
    ['a message too long by one byte', text('x'.repeat((1 << 20) + 1)), 1009],
    ['many parts that are too long together', Buffer.concat([text('x'.repeat(1 << 20), 0x01), text('xx', 0x80)]), 1009],
    ['a frame without a mask', frameBytes({ first: 0x81, masked: false, payload: Buffer.from('{}') }), 1002],
    ['a continuation of nothing', text('{}', 0x80), 1002],
    ['an unknown opcode', text('', 0x83), 1002],
    ['compression that was not agreed on', text('{}', 0xc1), 1002],
    ['a ping that is too long', text('x'.repeat(126), 0x89), 1002],
    ['a close code that must not be sent', text(Buffer.from([0x03, 0xee]), 0x88), 1002],
  ])('%s ends the connection with the code for it', async (_what, bytes, code) => {
    const before = await until(() => true);
    expect(await closeCodeAfter(bytes)).toBe(code);
    const { counts } = await until(({ counts }) => counts.closedByExchange > before.counts.closedByExchange);
    expect(counts.closesByCode[code]).toBe((before.counts.closesByCode[code] ?? 0) + 1);
  });

  test('frames of any shape never stop it', async () => {
    const frame = fc
      .record({
        first: fc.nat(255),
        masked: fc.boolean(),
        payload: fc.uint8Array({ maxLength: 300 }),
        claimed: fc.option(fc.bigInt({ min: 0n, max: 1n << 33n }), { nil: undefined, freq: 6 }),
      })
      .map(({ claimed, ...rest }) => frameBytes({ ...rest, ...(claimed === undefined ? {} : { claimed }) }));
    const clients = fc.array(fc.array(frame, { minLength: 1, maxLength: 6 }), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(clients, async (all) => {
        await Promise.all(all.map(async (frames) => answerTo(Buffer.concat(frames), undefined, await upgraded())));
      }),
      { numRuns: 6 },
    );
  });

  const call = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({
        method: fc.constantFrom(
          'SUBSCRIBE',
          'UNSUBSCRIBE',
          'LIST_SUBSCRIPTIONS',
          'SET_PROPERTY',
          'toString',
          '__proto__',
        ),
        params: fc.oneof(
          fc.jsonValue(),
          fc.array(
            fc.constantFrom('btcusdt@depth', 'btcusdt@trade', '!ticker@arr', '__proto__', 'constructor', '@', ''),
          ),
        ),
        id: fc.oneof(fc.nat(), fc.jsonValue()),
      })
      .map((value) => JSON.stringify(value)),
    fc.nat(2000).map((depth) => '['.repeat(depth)),
  );

  test('messages of any content are answered or passed over, and the connection lives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 60, maxLength: 60 }), async (calls) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
        await once(socket, 'open');
        for (const one of calls) socket.send(one);
        const echo = once(socket, 'pong');
        socket.ping();
        await echo;
        expect(socket.readyState).toBe(socket.OPEN);
        socket.terminate();
      }),
      { numRuns: 8 },
    );
  });

  test('a thousand subscriptions, and a thousand more, are taken or refused, and given back', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    await once(socket, 'open');
    for (const half of [0, 1]) {
      const params = Array.from({ length: 1000 }, (_, index) => `btcusdt@kline_${half * 1000 + index}m`);
      socket.send(JSON.stringify({ method: 'SUBSCRIBE', params, id: half }));
    }
    const echo = once(socket, 'pong');
    socket.ping();
    await echo;
    socket.terminate();
  });
});

test('connections that say nothing, or nothing more, leave nothing behind when they go', async () => {
  const before = (await until(() => true)).counts.accepted;
  const silent = await Promise.all(Array.from({ length: 150 }, () => dial()));
  const streams = await Promise.all(Array.from({ length: 50 }, () => upgraded()));
  await until(({ counts }) => counts.accepted >= before + 200);
  for (const [index, socket] of [...silent, ...streams].entries()) {
    if (index % 3 === 0) socket.resetAndDestroy();
    else if (index % 3 === 1) socket.destroy();
    else socket.end();
  }
  const { counts } = await until(({ connections }) => connections.every(({ closedAtMs }) => closedAtMs !== null));
  expect(counts.accepted - before).toBeGreaterThanOrEqual(200);
});

describe('memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  /** MiB in use for objects and buffers after a collection. */
  const usedMiB = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 2 ** 20;
  };

  /** The least that is in use over some collections: what is free may take a turn or two to be given back. */
  async function settledMiB(): Promise<number> {
    let least = usedMiB();
    for (let i = 0; i < 10; i += 1) {
      await pause(50);
      least = Math.min(least, usedMiB());
    }
    return least;
  }

  const DEAF = 6;

  /** Asks for long answers on connections that are never read; resolves when the exchange reads no further. */
  async function askDeafly(requests: number): Promise<number> {
    const before = (await until(() => true)).counts.requests;
    const get = 'GET /api/v3/depth?symbol=BTCUSDT&limit=5000 HTTP/1.1\r\nHost: x\r\n\r\n';
    for (let i = 0; i < DEAF; i += 1) (await dial()).pause().write(get.repeat(requests));
    let served = -1;
    for (;;) {
      await pause(200);
      const now = (await until(() => true)).counts.requests - before;
      if (now === served && now > 0) return served;
      served = now;
    }
  }

  test('what clients ask for and never read is bounded, however much it is, and freed when they go', async () => {
    const before = await settledMiB();
    // The runtime stops to read a connection when its answers pile up: about 2,000 requests, 7 MiB.
    expect(await askDeafly(20_000)).toBeLessThan(DEAF * 5_000);
    expect(usedMiB() - before).toBeLessThan(DEAF * 16);
    for (const client of clients) client.destroy();
    await until(({ connections }) => connections.every(({ closedAtMs }) => closedAtMs !== null));
    expect(await settledMiB()).toBeLessThan(before + 16);
  }, 60_000);

  test('what clients leave unfinished is freed when they go', async () => {
    const before = await settledMiB();
    const { counts } = await until(() => true);
    const script = fileURLToPath(new URL('unfinished-clients.mjs', import.meta.url));
    const [code] = (await once(spawn(process.execPath, [script, String(port), '5']), 'exit')) as [number];
    expect(code).toBe(0);
    await until((now) => now.counts.closedByClient - counts.closedByClient >= 100);
    // Kept, the halves of messages alone would be 25 MiB.
    expect(await settledMiB()).toBeLessThan(before + 12);
  }, 60_000);
});
