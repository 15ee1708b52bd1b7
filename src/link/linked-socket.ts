import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Line } from './line.js';
import type { Scheduler } from './scheduler.js';

/**
 * The far end of an emulated link: what a server sees of an accepted socket when the client is `rttMs` away.
 *
 * Each direction takes half a round trip. The kernel has answered the client's SYN already, so that round trip is
 * charged to the client's first bytes. Ends, resets and errors travel behind the data. At most 1 MiB is under way in
 * each direction; then the sender is held back.
 */
export class LinkedSocket extends Duplex {
  readonly #raw: Socket;
  readonly #scheduler: Scheduler;
  readonly #halfMs: number;
  /** When bytes of a server that speaks first would reach the client: it could not have accepted before 1.5 R. */
  readonly #earliestDownMs: number;
  readonly #up: Line;
  readonly #down: Line;
  #synMs: number;
  #readerFull = false;
  #held: (() => void) | undefined;
  #resetting = false;
  #dead = false;

  constructor(raw: Socket, rttMs: number, scheduler: Scheduler) {
    super({ allowHalfOpen: true });
    this.#raw = raw;
    this.#scheduler = scheduler;
    this.#halfMs = rttMs / 2;
    this.#earliestDownMs = scheduler.now() + 2 * rttMs;
    this.#synMs = rttMs;
    this.#up = new Line(scheduler);
    this.#down = new Line(scheduler);
    raw.setNoDelay(true);
    raw.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    raw.on('end', () => {
      if (this.#dead) this.#bury();
      else this.#ascend(0, () => this.push(null));
    });
    raw.on('error', (error) => {
      if (this.#dead) this.#bury();
      else this.#ascend(0, () => this.destroy(error));
    });
    raw.on('close', () => {
      this.#ascend(0, () => this.destroy());
    });
  }

  get remoteAddress(): string | undefined {
    return this.#raw.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#raw.remotePort;
  }

  /** Aborts the connection: behind what is under way, the client gets a RST. */
  reset(): void {
    this.#resetting = true;
    this.destroy();
  }

  /**
   * The path is lost for good: nothing more arrives at either side, what is under way included. The client's end of
   * the connection stays open until the client closes it, or the owner of the accepted socket destroys that.
   */
  blackHole(): void {
    this.#dead = true;
    this.#release();
    this.#raw.resume();
  }

  override _read(): void {
    this.#readerFull = false;
    this.#flow();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#dead) {
      done();
      return;
    }
    this.#descend(chunk.length, () => {
      this.#raw.write(chunk, () => {
        this.#down.arrived(chunk.length);
        if (!this.#down.full) this.#release();
      });
    });
    if (this.#down.full) this.#held = done;
    else done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#descend(0, () => this.#raw.end());
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // A server that closes while bytes of the client are under way never reads them.
    this.#descend(0, () => {
      if (this.#resetting) this.#raw.resetAndDestroy();
      else this.#raw.destroy();
    });
    this.#release();
    done(error);
  }

  #receive(chunk: Buffer): void {
    if (this.#dead || this.destroyed) return;
    this.#ascend(chunk.length, () => {
      this.#up.arrived(chunk.length);
      if (!this.destroyed && !this.push(chunk)) this.#readerFull = true;
      this.#flow();
    });
    this.#flow();
  }

  #ascend(bytes: number, deliver: () => void): void {
    this.#up.send(bytes, this.#halfMs + this.#synMs, this.#down, () => {
      if (!this.#dead) deliver();
    });
    this.#synMs = 0;
  }

  #descend(bytes: number, deliver: () => void): void {
    const delayMs =
      this.#synMs > 0 ? Math.max(this.#halfMs, this.#earliestDownMs - this.#scheduler.now()) : this.#halfMs;
    this.#down.send(bytes, delayMs, this.#up, () => {
      if (!this.#dead) deliver();
    });
  }

  #flow(): void {
    if (this.#dead || this.destroyed) return;
    const hold = this.#readerFull || this.#up.full;
    if (hold !== this.#raw.isPaused()) {
      if (hold) this.#raw.pause();
      else this.#raw.resume();
    }
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  // The client has closed a connection whose path is lost: both ends can go.
  #bury(): void {
    this.#raw.destroy();
    this.destroy();
  }
}
