import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Line } from './line.js';
import type { Scheduler } from './scheduler.js';
import { joined, segmentsOf } from './segments.js';
import type { LinkParts, LinkSettings } from './settings.js';
import { type TripTimes, tripTimes } from './trip-times.js';

/**
 * The far end of an emulated link: what a server sees of an accepted socket when the client is far away.
 *
 * Each direction takes half a round trip, give or take its jitter: a segment (what is read or written at once) draws
 * its own time, and waits for those before it. The kernel has answered the client's SYN already, so that round trip is
 * charged to the client's first bytes. On a narrow link longer data is cut into segments, which follow each other as
 * their bytes go through; the bytes are those of the connection, without headers of lower layers. Ends, resets and
 * errors travel behind the data. At most 1 MiB is under way in each direction; then the sender is held back.
 */
export class LinkedSocket extends Duplex {
  readonly #raw: Socket;
  readonly #scheduler: Scheduler;
  readonly #trip: TripTimes;
  readonly #narrow: boolean;
  /** When a server could have accepted the connection: after one and a half round trips. */
  readonly #acceptableAtMs: number;
  readonly #up: Line;
  readonly #down: Line;
  #synMs: number;
  #readerFull = false;
  #held: (() => void) | undefined;
  #resetting = false;
  #dead = false;

  constructor(raw: Socket, settings: LinkSettings, { scheduler, random }: LinkParts) {
    super({ allowHalfOpen: true });
    const { bitsPerSecond } = settings;
    this.#raw = raw;
    this.#scheduler = scheduler;
    this.#trip = tripTimes(settings, random);
    this.#narrow = bitsPerSecond !== undefined;
    this.#synMs = this.#trip() + this.#trip();
    this.#acceptableAtMs = scheduler.now() + this.#synMs + this.#trip();
    this.#up = new Line(scheduler, bitsPerSecond);
    this.#down = new Line(scheduler, bitsPerSecond);
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
    this.#transmit(this.#narrow ? segmentsOf(chunk) : [chunk], done);
  }

  // What is written together leaves together, as a kernel would have it.
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const buffers = joined(chunks.map(({ chunk }) => chunk));
    this.#transmit(this.#narrow ? buffers.flatMap(segmentsOf) : buffers, done);
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
    for (const segment of this.#narrow ? segmentsOf(chunk) : [chunk]) {
      this.#ascend(segment.length, () => {
        this.#up.arrived(segment.length);
        if (!this.destroyed && !this.push(segment)) this.#readerFull = true;
        this.#flow();
      });
    }
    this.#flow();
  }

  /** Sends the segments as far as the line has room, and the others when it has some again. */
  #transmit(segments: readonly Buffer[], done: () => void): void {
    let next = 0;
    const go = (): void => {
      for (let segment = segments[next]; segment; segment = segments[next]) {
        if (this.#dead || this.destroyed || this.#down.full) break;
        this.#sendDown(segment);
        next += 1;
      }
      if (this.#down.full && !this.#dead && !this.destroyed) this.#held = go;
      else done();
    };
    go();
  }

  #sendDown(segment: Buffer): void {
    this.#descend(segment.length, () => {
      this.#raw.write(segment, () => {
        this.#down.arrived(segment.length);
        if (!this.#down.full) this.#release();
      });
    });
  }

  #ascend(bytes: number, deliver: () => void): void {
    const holdMs = this.#synMs;
    this.#synMs = 0;
    this.#up.send(bytes, holdMs, this.#trip(), this.#down, () => {
      if (!this.#dead) deliver();
    });
  }

  #descend(bytes: number, deliver: () => void): void {
    // A server that speaks first could not have done so before it had accepted.
    const holdMs = this.#synMs > 0 ? Math.max(0, this.#acceptableAtMs - this.#scheduler.now()) : 0;
    this.#down.send(bytes, holdMs, this.#trip(), this.#up, () => {
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
