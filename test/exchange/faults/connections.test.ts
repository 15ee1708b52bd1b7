import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import type { FaultSpec } from '../../../src/exchange/protocol.js';
import { pause, SiteHarness } from '../site-harness.js';

let open: SiteHarness | null = null;

async function site(...args: Parameters<typeof SiteHarness.open>): Promise<SiteHarness> {
  open = await SiteHarness.open(...args);
  return open;
}

afterEach(async () => {
  await open?.close();
  open = null;
});

type Client = Awaited<ReturnType<SiteHarness['stream']>>['socket'];

/** Code and reason of a stream's end. */
async function closeOf(socket: Client): Promise<string> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return `${code} ${String(reason)}`;
}

/** The error of a dial that ought to fail. */
async function failureOf(dial: Promise<unknown>): Promise<{ code?: string }> {
  return dial.then(
    () => expect.unreachable('dialled'),
    (error: { code?: string }) => error,
  );
}

const kinds = [
  { tls: false, rttMs: 0 },
  { tls: true, rttMs: 0 },
  { tls: false, rttMs: 4 },
  { tls: true, rttMs: 4 },
];

describe.each(kinds)('with tls $tls and a round trip of $rttMs ms', ({ tls, rttMs }) => {
  test('close-code ends the open streams with that frame; requests and newcomers are served', async () => {
    const harness = await site(tls, rttMs);
    const request = await harness.dial();
    await harness.request(request, '/a');
    const { socket } = await harness.stream('/');
    const other = await harness.stream('/', 1);
    const end = closeOf(socket);
    await harness.fault({ kind: 'close-code', code: 4008, reason: 'too many' }, 200);
    expect(await end).toBe('4008 too many');
    expect(await harness.request(request, '/b')).toBe('200 GET /b ');
    const newcomer = await harness.stream('/');
    newcomer.socket.send('subscribe s');
    expect(await newcomer.next()).toBe('subscribed');
    expect(other.socket.readyState).toBe(other.socket.OPEN);
    const { counts, faults } = await harness.until(({ counts }) => counts.closedByFault === 1);
    expect(counts.closesByCode).toEqual({ 4008: 1 });
    expect(faults).toMatchObject([{ openAtInjection: 2, touched: 1 }]);
  });

  test('cut-all ends all connections at once, by FIN or by RST, and newcomers are served', async () => {
    const harness = await site(tls, rttMs);
    for (const by of ['fin', 'rst'] as const) {
      const socket = await harness.dial();
      await harness.request(socket, '/a');
      const { socket: stream } = await harness.stream('/');
      const errors: unknown[] = [];
      socket.on('error', (error) => errors.push(error)).resume();
      const ends = Promise.all([once(socket, 'close').catch(() => undefined), closeOf(stream)]);
      await harness.fault({ kind: 'cut-all', by }, 50);
      expect((await ends)[1]).toBe('1006 ');
      expect(errors).toMatchObject(by === 'fin' ? [] : [{ code: 'ECONNRESET' }]);
      expect(harness.touched).toBe(2);
      const newcomer = await harness.dial();
      expect(await harness.request(newcomer, '/b')).toBe('200 GET /b ');
      newcomer.destroy();
      await harness.until(({ connections }) => connections.every(({ closedAtMs }) => closedAtMs !== null));
    }
    expect(harness.site.snapshot().counts.closedByFault).toBe(4);
  });

  test('maintenance is announced in the words of the venue, and the cut comes when the time is up', async () => {
    const harness = await site(tls, rttMs);
    const { socket, next } = await harness.stream('/');
    const end = closeOf(socket);
    await harness.fault({ kind: 'maintenance-notice', leadMs: 60 }, 200);
    expect(await next()).toBe('maintenance in 60');
    socket.send('subscribe s');
    expect([await next(), await next()]).toEqual(['subscribed', '{"id":10}']);
    const newcomer = await harness.stream('/');
    await harness.pass(59);
    expect(socket.readyState).toBe(socket.OPEN);
    await harness.pass(1);
    expect(await end).toBe('1001 ');
    await harness.lifted();
    expect(newcomer.frames).toEqual([]);
    expect(newcomer.socket.readyState).toBe(newcomer.socket.OPEN);
    expect(harness.site.snapshot().counts).toMatchObject({ closedByFault: 1, closesByCode: { 1001: 1 } });
  });

  test('slow-handshake holds newcomers back, and serves what they sent meanwhile', async () => {
    const clock = new FakeClock();
    const harness = await site(tls, 0, clock);
    const before = await harness.dial();
    await harness.request(before, '/a');
    harness.site.inject([{ id: 'f', kind: 'slow-handshake', delayMs: 500, endpoint: 0, atMs: 0, durationMs: 9000 }]);
    await clock.advance(0);
    const newcomer = harness.stream('/raw');
    // Requests on open connections go on, and so do newcomers' at a plain site, which has no handshake.
    expect(await harness.request(before, '/b')).toBe('200 GET /b ');
    if (!tls) expect(await harness.request(await harness.dial(), '/c')).toBe('200 GET /c ');
    await harness.until(({ faults }) => faults[0]?.touched === 1);
    await pause(30);
    await clock.advance(499);
    await pause(30);
    expect(harness.site.snapshot().counts).toMatchObject({ upgrades: 0, handshakesFull: tls ? 1 : 0 });
    await clock.advance(1);
    expect(await (await newcomer).next()).toBe('{"id":1}');
  });
});

describe('slow-handshake', () => {
  test('lets a client go that gives up meanwhile', async () => {
    for (const rttMs of [0, 4]) {
      const harness = await site(true, rttMs);
      await harness.fault({ kind: 'slow-handshake', delayMs: 60_000 }, 60_000);
      const socket = harness.begin();
      await once(socket, 'connect');
      await harness.until(({ faults }) => faults[0]?.touched === 1);
      socket.destroy();
      const { counts } = await harness.until(({ counts }) => counts.cutInHandshake === 1);
      expect(counts).toMatchObject({ accepted: 1, closedByClient: 1 });
      await harness.close();
    }
  });

  test('holds a share of them, and lets them all go at the lift', async () => {
    const harness = await site(true, 0);
    await harness.fault({ kind: 'slow-handshake', delayMs: 60_000 }, 400, { share: 0.5 });
    let shaken = 0;
    const dials = Array.from({ length: 24 }, async () => {
      const socket = await harness.dial();
      shaken += 1;
      return harness.request(socket, '/a');
    });
    const { faults } = await harness.until(({ counts }) => counts.accepted === 24);
    const held = faults[0]?.touched ?? 0;
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(24);
    await harness.until(({ counts }) => counts.responses === 24 - held);
    expect(shaken).toBe(24 - held);
    await harness.lifted();
    expect(new Set(await Promise.all(dials))).toEqual(new Set(['200 GET /a ']));
  });
});

describe('tls-failure', () => {
  const failing: readonly (readonly [FaultSpec, RegExp])[] = [
    [{ kind: 'tls-failure' }, /HANDSHAKE_FAILURE/],
    [{ kind: 'tls-failure', by: 'certificate' }, /UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/],
  ];

  test.each(failing)('%j fails newcomers in their handshake, and nobody else', async (spec, code) => {
    for (const rttMs of [0, 4]) {
      const harness = await site(true, rttMs);
      const before = await harness.dial();
      await harness.fault(spec, 300);
      expect((await failureOf(harness.dial())).code).toMatch(code);
      expect(await harness.request(before, '/a')).toBe('200 GET /a ');
      expect(await harness.request(await harness.dial({ endpoint: 1 }), '/b')).toBe('200 GET /b ');
      const { counts } = await harness.until(({ counts }) => counts.closedByFault === 1);
      expect(counts).toMatchObject({ accepted: 3, handshakesFull: 2, cutInHandshake: 1 });
      expect(harness.touched).toBe(1);
      await harness.lifted();
      expect(await harness.request(await harness.dial(), '/c')).toBe('200 GET /c ');
      await harness.close();
    }
  });

  test('a client that does not look at certificates is served, and is its own master', async () => {
    const harness = await site(true, 0);
    await harness.fault({ kind: 'tls-failure', by: 'certificate' }, 60_000);
    const port = Number(new URL(harness.info.endpoints[0]?.rest ?? '').port);
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    // Long enough for the exchange to see the end of the handshake, which is not yet a word of the client.
    await pause(100);
    expect(harness.site.snapshot().counts.handshakesFull).toBe(0);
    expect(await harness.request(socket, '/a')).toBe('200 GET /a ');
    expect(await harness.request(socket, '/b')).toBe('200 GET /b ');
    socket.destroy();
    const { counts } = await harness.until(({ counts }) => counts.closedByClient === 1);
    expect(counts).toMatchObject({ handshakesFull: 1, cutInHandshake: 0, closedByFault: 0, responses: 2 });
  });

  test('is refused at a plain site', async () => {
    const harness = await site(false, 0);
    await expect(harness.fault({ kind: 'tls-failure' }, 100)).rejects.toThrow('the site has no TLS');
  });
});

test('a symbol narrows a fault of connections down to those that carry a stream of it', async () => {
  const harness = await site(false, 0);
  const [aaa, bbb] = [await harness.stream('/'), await harness.stream('/')];
  aaa.socket.send('subscribe depth.AAA');
  bbb.socket.send('subscribe depth.BBB');
  await Promise.all([aaa.next(), bbb.next()]);
  await harness.dial();
  const end = closeOf(bbb.socket);
  await harness.fault({ kind: 'cut-all' }, 50, { symbol: 'BBB' });
  expect(await end).toBe('1006 ');
  expect(harness.touched).toBe(1);
  const silenced = once(aaa.socket, 'pong');
  await harness.fault('silence', 50, { symbol: 'BBB', endpoint: null });
  aaa.socket.ping();
  await silenced;
  expect(harness.touched).toBe(0);
});

test('a share of the newcomers is reset, and the others are served', async () => {
  const harness = await site(false, 0);
  await harness.fault('reset', 60_000, { share: 0.5, endpoint: null });
  const outcomes = await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const socket = harness.begin({ endpoint: index % 2 });
      socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
      return Promise.race([harness.answer(socket), once(socket, 'close').then(() => 'reset')]).catch(() => 'reset');
    }),
  );
  const reset = outcomes.filter((outcome) => outcome === 'reset').length;
  expect(new Set(outcomes)).toEqual(new Set(['reset', '200 GET /a ']));
  expect(harness.touched).toBe(reset);
});

test('two faults that close the port overlap, and it is back when the last is lifted', async () => {
  const harness = await site(false, 0);
  await harness.fault('refuse', 100);
  await harness.fault('refuse', 300);
  await harness.pass(100);
  await harness.until(({ faults }) => faults[0]?.liftedAtMs != null);
  expect(await failureOf(harness.dial())).toMatchObject({ code: 'ECONNREFUSED' });
  await harness.lifted();
  expect(await harness.request(await harness.dial(), '/a')).toBe('200 GET /a ');
});
