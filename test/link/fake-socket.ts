import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { FakeClock } from '../../src/base/index.js';

/** Stands in for an accepted socket: what the link writes is kept, what the client sends is pushed by the test. */
export class FakeSocket extends Duplex {
  readonly written: [number, string][] = [];
  readonly #clock: FakeClock;
  readonly #bytes: Buffer[] = [];
  stuck = false;
  release: () => void = () => undefined;
  endedAtMs: number | null = null;
  goneAtMs: number | null = null;
  wasReset = false;

  constructor(clock: FakeClock) {
    super({ allowHalfOpen: true });
    this.#clock = clock;
  }

  /** Everything that was written. */
  get received(): Buffer {
    return Buffer.concat(this.#bytes);
  }

  asSocket(): Socket {
    return this as unknown as Socket;
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
    this.#bytes.push(chunk);
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
