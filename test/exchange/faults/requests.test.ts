import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { SiteHarness } from '../site-harness.js';

let open: SiteHarness | null = null;

async function site(...args: Parameters<typeof SiteHarness.open>): Promise<SiteHarness> {
  open = await SiteHarness.open(...args);
  return open;
}

afterEach(async () => {
  await open?.close();
  open = null;
});

/** Everything that arrives until the connection ends. */
async function untilEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

const kinds = [
  { tls: false, rttMs: 0 },
  { tls: true, rttMs: 4 },
];

describe.each(kinds)('with tls $tls and a round trip of $rttMs ms', ({ tls, rttMs }) => {
  test('http-error answers requests and upgrades in the words of the venue, which never sees them', async () => {
    const harness = await site(tls, rttMs);
    const socket = await harness.dial();
    await harness.fault({ kind: 'http-error', status: 503 }, 400);
    expect(await harness.request(socket, '/a')).toBe('503 failure 503');
    expect(await harness.request(socket, '/throw')).toBe('503 failure 503');
    await expect(harness.stream('/')).rejects.toThrow('503');
    expect(harness.venue.sinks).toEqual([]);
    expect(await harness.request(await harness.dial({ endpoint: 1 }), '/b')).toBe('200 GET /b ');
    expect(harness.touched).toBe(3);
    await harness.lifted();
    expect(await harness.request(socket, '/c')).toBe('200 GET /c ');
    const { counts } = await harness.until(({ counts }) => counts.responses === 4);
    expect(counts).toMatchObject({ requests: 4, responsesByStatus: { 200: 2, 503: 2 }, upgradesRefused: 1 });
    expect(counts.violations).toEqual({});
  });

  test('truncated-body promises a length and ends inside the body; no response is booked', async () => {
    const harness = await site(tls, rttMs);
    const socket = await harness.dial();
    expect(await harness.request(socket, '/first')).toBe('200 GET /first ');
    await harness.fault({ kind: 'truncated-body' }, 400);
    const text = untilEnd(socket);
    socket.write('GET /0123456789 HTTP/1.1\r\nHost: x\r\n\r\n');
    const [head = '', body] = (await text).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toMatch(/content-length: 16/);
    expect(body).toBe('GET /012');
    const { counts } = await harness.until(({ counts }) => counts.closedByFault === 1);
    expect(counts).toMatchObject({ requests: 2, responses: 1 });
    expect(harness.touched).toBe(1);
    await harness.lifted();
    expect(await harness.request(await harness.dial(), '/b')).toBe('200 GET /b ');
  });

  test('truncated-body cuts what another fault answers, and lets alone what has no body', async () => {
    const harness = await site(tls, rttMs);
    await harness.fault({ kind: 'truncated-body' }, 60_000);
    const head = await harness.dial();
    head.write('HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String((await once(head, 'data'))[0])).toMatch(/content-length: 8/);
    expect(harness.touched).toBe(0);
    await harness.fault({ kind: 'http-error', status: 502 }, 60_000);
    const socket = await harness.dial();
    const text = untilEnd(socket);
    socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await text).toMatch(/^HTTP\/1\.1 502 [\s\S]*\r\n\r\nfailu$/);
  });
});

test('idle-close ends a connection that was idle just as its next request arrives, and no other', async () => {
  const clock = new FakeClock();
  const harness = await site(false, 0, clock);
  const [idle, busy, fresh] = [await harness.dial(), await harness.dial(), await harness.dial()];
  await harness.request(idle, '/a');
  await harness.request(busy, '/a');
  harness.site.inject([{ id: 'f', kind: 'idle-close', afterMs: 1000, endpoint: 0, atMs: 0, durationMs: 5000 }]);
  await clock.advance(600);
  expect(await harness.request(busy, '/b')).toBe('200 GET /b ');
  await harness.until(({ counts }) => counts.responses === 3);
  await clock.advance(600);
  expect(await harness.request(busy, '/c')).toBe('200 GET /c ');
  expect(await harness.request(fresh, '/d')).toBe('200 GET /d ');
  const text = untilEnd(idle);
  idle.write('GET /lost HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await text).toBe('');
  const { counts, faults } = await harness.until(({ counts }) => counts.closedByFault === 1);
  expect(counts).toMatchObject({ requests: 5, responses: 5 });
  expect(faults).toMatchObject([{ touched: 1 }]);
  await clock.advance(5000);
  await clock.advance(5000);
  expect(await harness.request(busy, '/e')).toBe('200 GET /e ');
});

test('a symbol narrows a fault of requests down to those that name it, in path, query or body', async () => {
  const harness = await site(false, 0);
  const socket = await harness.dial();
  await harness.fault({ kind: 'http-error', status: 429 }, 60_000, { symbol: 'BBB' });
  const statuses: string[] = [];
  for (const path of [
    '/depth?symbol=AAA',
    '/depth?symbol=BBB&limit=5',
    '/products/BBB/book',
    '/x?list=%5B%22BBB%22%5D',
    '/XBBB',
  ])
    statuses.push((await harness.request(socket, path)).slice(0, 3));
  expect(statuses).toEqual(['200', '429', '429', '429', '200']);
  socket.write('POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n{"symbol":"BBB"}');
  expect(await harness.answer(socket)).toBe('429 failure 429');
  expect(harness.touched).toBe(4);
});

test('a share of the requests is hit, by the seed', async () => {
  const outcomes: string[][] = [];
  for (const seed of ['one', 'one', 'two']) {
    const harness = await site(false, 0, undefined, { seed });
    const socket = await harness.dial();
    await harness.fault({ kind: 'http-error', status: 500 }, 60_000, { share: 0.5 });
    const statuses: string[] = [];
    for (let i = 0; i < 30; i += 1) statuses.push((await harness.request(socket, '/a')).slice(0, 3));
    expect(statuses.filter((status) => status === '500')).toHaveLength(harness.touched ?? 0);
    outcomes.push(statuses);
    await harness.close();
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[2]).not.toEqual(outcomes[0]);
  expect(new Set(outcomes[0])).toEqual(new Set(['200', '500']));
});

test('http-error may use any status of failure', async () => {
  const harness = await site(false, 0);
  const socket = await harness.dial();
  for (const status of [418, 403, 504]) {
    await harness.fault({ kind: 'http-error', status }, 50);
    expect(await harness.request(socket, '/a')).toBe(`${status} failure ${status}`);
    await harness.lifted();
  }
});
