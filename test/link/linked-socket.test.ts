import { once } from 'node:events';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import { LinkedSocket, Scheduler } from '../../src/link/index.js';

/** Stands in for an accepted socket: what the link writes is kept, what the client sends is pushed by the test. */
class FakeSocket extends Duplex {
  readonly written: [number, string][] = [];
  readonly #clock: FakeClock;
  stuck = false;
  release: () => void = () => undefined;
  endedAtMs: number | null = null;
  goneAtMs: number | null = null;
  wasReset = false;

  constructor(clock: FakeClock) {
    super({ allowHalfOpen: true });
    this.#clock = clock;
  }

  setNoDelay(): this {
    return this;
  }

  resetAndDestroy(): this {
    this.wasReset = true;
    return this.destroy();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written.push([this.#clock.now(), chunk.length > 40 ? `${chunk.length} bytes` : chunk.toString()]);
    if (this.stuck) this.release = done;
    else done();
  }

  override _final(done: () => void): void {
    this.endedAtMs = this.#clock.now();
    done();
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.goneAtMs = this.#clock.now();
    done(_error);
  }
}

const opened: Duplex[] = [];

afterEach(() => {
  for (const stream of opened.splice(0)) stream.destroy();
});

function link(rttMs: number): { clock: FakeClock; raw: FakeSocket; far: LinkedSocket; heard: [number, string][] } {
  const clock = new FakeClock();
  const raw = new FakeSocket(clock);
  const far = new LinkedSocket(raw as unknown as Socket, rttMs, new Scheduler(clock));
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
  const far = new LinkedSocket(raw as unknown as Socket, 20, new Scheduler(clock));
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
