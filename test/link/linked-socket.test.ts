import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { FakeClock, seededRandom } from '../../src/base/index.js';
import { LinkedSocket, type LinkSettings, Scheduler } from '../../src/link/index.js';
import { FakeSocket } from './fake-socket.js';

const opened: Duplex[] = [];

afterEach(() => {
  for (const stream of opened.splice(0)) stream.destroy();
});

function link(
  rttMs: number,
  more: Omit<LinkSettings, 'rttMs'> = {},
): { clock: FakeClock; raw: FakeSocket; far: LinkedSocket; heard: [number, string][] } {
  const clock = new FakeClock();
  const raw = new FakeSocket(clock);
  const parts = { scheduler: new Scheduler(clock), random: seededRandom('link') };
  const far = new LinkedSocket(raw.asSocket(), { rttMs, ...more }, parts);
  const heard: [number, string][] = [];
  far.on('data', (chunk: Buffer) => heard.push([clock.now(), chunk.toString()]));
  far.on('end', () => heard.push([clock.now(), 'end']));
  far.on('error', (error: Error) => heard.push([clock.now(), error.message]));
  opened.push(raw, far);
  return { clock, raw, far, heard };
}

test('the first bytes of a client take one and a half round trips, later ones half of one', async () => {
  const { clock, raw, heard } = link(20);
  raw.push('hello');
  await clock.advance(100);
  raw.push('again');
  await clock.advance(100);
  expect(heard).toEqual([
    [30, 'hello'],
    [110, 'again'],
  ]);
});

test('an answer reaches the client half a round trip after it was written', async () => {
  const { clock, raw, far } = link(20);
  raw.push('hello');
  await clock.advance(30);
  far.write('answer');
  await clock.advance(20);
  expect(raw.written).toEqual([[40, 'answer']]);
});

test('a server that speaks first is heard after two round trips, since it could not accept sooner', async () => {
  const { clock, raw, far } = link(20);
  far.write('greeting');
  await clock.advance(100);
  expect(raw.written).toEqual([[40, 'greeting']]);
});

test('both ends of a connection travel behind the data', async () => {
  const { clock, raw, far, heard } = link(20);
  raw.push('last words');
  raw.push(null);
  await clock.advance(30);
  expect(heard).toEqual([
    [30, 'last words'],
    [30, 'end'],
  ]);
  far.write('bye');
  far.end();
  await clock.advance(9);
  expect(raw.endedAtMs).toBe(null);
  await clock.advance(5);
  expect(raw.written).toEqual([[40, 'bye']]);
  expect(raw.endedAtMs).toBe(40);
});

test('a server that destroys its end is seen to go half a round trip later, behind what it had written', async () => {
  const { clock, raw, far } = link(20);
  raw.push('x');
  await clock.advance(30);
  far.write('in flight');
  far.destroy();
  await clock.advance(20);
  expect(raw.written).toEqual([[40, 'in flight']]);
  expect(raw).toMatchObject({ goneAtMs: 40, wasReset: false });
});

test('a reset travels like anything else', async () => {
  const { clock, raw, far } = link(20);
  raw.push('x');
  await clock.advance(30);
  far.reset();
  await clock.advance(20);
  expect(raw).toMatchObject({ goneAtMs: 40, wasReset: true });
});

test('a client that resets is noticed half a round trip later', async () => {
  const { clock, raw, far, heard } = link(20);
  raw.push('x');
  await clock.advance(50);
  raw.destroy(new Error('ECONNRESET'));
  await clock.advance(9);
  expect(far.destroyed).toBe(false);
  await clock.advance(5);
  expect(far.destroyed).toBe(true);
  expect(heard.at(-1)).toEqual([60, 'ECONNRESET']);
});

test('a black hole swallows what is under way in both directions, and what comes later', async () => {
  const { clock, raw, far, heard } = link(20);
  raw.push('hello');
  await clock.advance(30);
  raw.push('question');
  far.write('answer');
  far.blackHole();
  await clock.advance(100);
  raw.push('anyone?');
  far.write('nothing');
  far.destroy();
  await clock.advance(100);
  expect(heard).toEqual([[30, 'hello']]);
  expect(raw.written).toEqual([]);
  expect(raw.goneAtMs).toBe(null);
});

test('a client that closes a black-holed connection takes both ends with it', async () => {
  const { clock, raw, far } = link(20);
  far.blackHole();
  raw.push(null);
  await clock.advance(1);
  expect(raw.destroyed).toBe(true);
  expect(far.destroyed).toBe(true);
});

test('a client that does not read holds the server back at a megabyte, and nothing is lost', async () => {
  const { clock, raw, far } = link(20);
  raw.stuck = true;
  const chunk = Buffer.alloc(1 << 18);
  let taken = 0;
  const write = (): void => {
    if (taken < 12) far.write(chunk, () => ((taken += 1), write()));
  };
  write();
  await clock.advance(200);
  expect(taken).toBeLessThan(6);
  raw.stuck = false;
  raw.release();
  await clock.advance(500);
  expect(taken).toBe(12);
  expect(raw.written).toHaveLength(12);
});

test('a server that does not read holds the client back', async () => {
  const clock = new FakeClock();
  const raw = new FakeSocket(clock);
  const parts = { scheduler: new Scheduler(clock), random: seededRandom('link') };
  const far = new LinkedSocket(raw.asSocket(), { rttMs: 20 }, parts);
  opened.push(raw, far);
  const sent = 20;
  for (let index = 0; index < sent; index += 1) raw.push(Buffer.alloc(1 << 18));
  await clock.advance(200);
  expect(raw.isPaused()).toBe(true);
  expect(far.readableLength).toBeLessThanOrEqual((1 << 20) + (1 << 18));
  let received = 0;
  far.on('data', (chunk: Buffer) => (received += chunk.length));
  await clock.advance(500);
  expect(received).toBe(sent << 18);
});

test('nothing stays scheduled when a connection is over', async () => {
  const { clock, raw, far } = link(20);
  raw.push('x');
  raw.push(null);
  await clock.advance(40);
  far.end();
  const gone = once(far, 'close');
  await clock.advance(100);
  await gone;
  expect(clock.pendingTimers).toBe(0);
  expect(raw.destroyed).toBe(true);
});

/** Counts from 0 on, so that no two stretches of it are alike. */
function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length + 4);
  for (let at = 0; at < length; at += 4) bytes.writeUInt32LE(at, at);
  return bytes.subarray(0, length);
}

test('what is written together leaves together, and draws one time', async () => {
  const { clock, raw, far } = link(20, { jitterMs: 4 });
  raw.push('x');
  await clock.advance(100);
  far.cork();
  far.write('head ');
  far.write('body');
  far.uncork();
  await clock.advance(100);
  expect(raw.written.map(([, text]) => text)).toEqual(['head body']);
});

test('a jittered link gives every trip a time of its own, and no later byte overtakes', async () => {
  const { clock, raw, far } = link(20, { jitterMs: 5 });
  raw.push('x');
  await clock.advance(100);
  const trips: number[] = [];
  for (let index = 0; index < 50; index += 1) {
    const sentAtMs = clock.now();
    far.write(String(index));
    await clock.advance(100);
    trips.push((raw.written.at(-1)?.[0] ?? 0) - sentAtMs);
  }
  expect(new Set(trips.map((trip) => trip.toFixed(3))).size).toBeGreaterThan(8);
  expect(Math.min(...trips)).toBeGreaterThan(1 - 0.6);
  for (let index = 0; index < 50; index += 1) far.write(`,${index}`);
  await clock.advance(100);
  expect(raw.received.subarray(-140).toString()).toBe(Array.from({ length: 50 }, (_, index) => `,${index}`).join(''));
});

test('a long body goes through a narrow link at its pace, in segments', async () => {
  const { clock, raw, far } = link(20, { bitsPerSecond: 8e6 });
  raw.push('x');
  await clock.advance(100);
  const body = pattern(160 << 10);
  far.write(body);
  far.write('end');
  await clock.advance(1000);
  expect(raw.received.equals(Buffer.concat([body, Buffer.from('end')]))).toBe(true);
  expect(raw.written).toHaveLength(11);
  // A byte takes a microsecond; the propagation of 10 ms comes on top.
  for (const [index, [atMs]] of raw.written.slice(0, 10).entries())
    expect(Math.abs(atMs - (110 + 16.384 * (index + 1)))).toBeLessThan(1);
});

test('the directions of a narrow link do not wait for each other, and the round trip of the SYN comes first', async () => {
  const { clock, raw, far, heard } = link(20, { bitsPerSecond: 8e6 });
  raw.push(Buffer.alloc(4000, 'u'));
  raw.push(Buffer.alloc(4000, 'u'));
  far.write(Buffer.alloc(4000, 'd'));
  await clock.advance(500);
  expect(heard.map(([atMs]) => Math.round(atMs))).toEqual([34, 38]);
  // Queued before the client's first bytes, so it could not leave before the connection was accepted.
  expect(Math.round(raw.written[0]?.[0] ?? 0)).toBe(44);
});

test('without a round trip a narrow link is narrow all the same', async () => {
  const { clock, raw, far } = link(0, { bitsPerSecond: 8e6 });
  raw.push('x');
  await clock.advance(10);
  far.write(Buffer.alloc(16_000));
  await clock.advance(100);
  expect(Math.abs((raw.written[0]?.[0] ?? 0) - 26)).toBeLessThan(1);
});

test('one long write over a narrow link has at most a megabyte under way', async () => {
  const { clock, raw, far } = link(20, { bitsPerSecond: 80e6 });
  raw.push('x');
  await clock.advance(100);
  let takenAtMs = 0;
  const body = pattern(4 << 20);
  far.write(body, () => (takenAtMs = clock.now()));
  await clock.advance(1000);
  // At 10 bytes a microsecond, three megabytes take 315 ms: the fourth is what may be under way.
  expect(takenAtMs).toBeGreaterThan(100 + 314);
  expect(takenAtMs).toBeLessThan(100 + 340);
  expect(raw.received.equals(body)).toBe(true);
});

test('a black hole lets go of a write that waits for the line', async () => {
  const { clock, raw, far } = link(20, { bitsPerSecond: 8e6 });
  raw.push('x');
  await clock.advance(100);
  let done = false;
  far.write(pattern(3 << 20), () => (done = true));
  await clock.advance(20);
  expect(done).toBe(false);
  far.blackHole();
  await clock.advance(5000);
  expect(done).toBe(true);
  expect(raw.received.length).toBe(0);
});

test('a reset waits behind what is on the line, and what had not got there is lost', async () => {
  const { clock, raw, far } = link(20, { bitsPerSecond: 8e6 });
  raw.push('x');
  await clock.advance(100);
  far.on('error', () => undefined);
  far.write(pattern(3 << 20), () => undefined);
  far.reset();
  await clock.advance(900);
  expect(raw.goneAtMs).toBe(null);
  await clock.advance(300);
  expect(raw).toMatchObject({ wasReset: true });
  expect(raw.received.length).toBeGreaterThanOrEqual(1 << 20);
  expect(raw.received.length).toBeLessThan(3 << 20);
});

test('no link loses, repeats or reorders a byte in either direction', async () => {
  const settings = fc.record({
    rttMs: fc.constantFrom(0, 2, 40),
    jitterShare: fc.constantFrom(0, 0.1, 0.45),
    bitsPerSecond: fc.constantFrom(undefined, 1e6, 50e6),
  });
  const steps = fc.array(
    fc.record({ up: fc.boolean(), bytes: fc.integer({ min: 1, max: 60_000 }), waitMs: fc.constantFrom(0, 0, 1, 7) }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(settings, steps, async ({ rttMs, jitterShare, bitsPerSecond }, sent) => {
      const { clock, raw, far } = link(rttMs, {
        jitterMs: jitterShare * rttMs,
        ...(bitsPerSecond !== undefined && { bitsPerSecond }),
      });
      const received: Buffer[] = [];
      far.on('data', (chunk: Buffer) => received.push(chunk));
      const sides = { up: [] as Buffer[], down: [] as Buffer[] };
      for (const { up, bytes, waitMs } of sent) {
        const chunk = pattern(bytes);
        sides[up ? 'up' : 'down'].push(chunk);
        if (up) raw.push(chunk);
        else far.write(chunk);
        if (waitMs > 0) await clock.advance(waitMs);
      }
      raw.push(null);
      far.end();
      // What is due within half a millisecond comes by the event loop, of which one advance waits for one turn.
      for (let turn = 0; turn < 10; turn += 1) await clock.advance(1_000);
      expect(Buffer.concat(received).equals(Buffer.concat(sides.up))).toBe(true);
      expect(raw.received.equals(Buffer.concat(sides.down))).toBe(true);
      expect(raw.endedAtMs).not.toBe(null);
    }),
    { numRuns: 60 },
  );
});
