import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Clock, systemClock } from '../../base/index.js';
import { median } from '../../statistics/index.js';
import type { ControlReading } from './messages.js';

// About 1 ms each on a core of 2024; enough of them that the median stands, in about 30 ms together.
const LOOPS = 21;
const OPERATIONS = 400_000;
const ECHOES = 101;
const MESSAGE = Buffer.alloc(64, 1);

/**
 * Work that never changes: a loop of arithmetic and a raw TCP echo. When it takes longer, the machine has changed, and
 * nothing else. Frozen: whoever edits it makes its readings incomparable with all before.
 */
export class FrozenControl {
  readonly #clock: Clock;
  readonly #server: Server;
  #socket: Socket | undefined;
  #sum = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#server = createServer((socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy()).pipe(socket);
    });
  }

  /** Opens the echo's connection, on loopback. @throws {Error} when it cannot */
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the echo server has no port');
    const socket = connect({ port: address.port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    this.#socket = socket;
  }

  /** Does the work once. @throws {Error} when the echo's connection breaks, or before `open` */
  async slice(): Promise<ControlReading> {
    const cpuMs = Array.from({ length: LOOPS }, () => this.#timed(() => this.#calculate()));
    const echoMs: number[] = [];
    for (let i = 0; i < ECHOES; i += 1) echoMs.push(await this.#echo());
    return { cpuMs: median(cpuMs), echoMs: median(echoMs) };
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #timed(work: () => void): number {
    const beganAtMs = this.#clock.now();
    work();
    return this.#clock.now() - beganAtMs;
  }

  // A linear congruential generator (Numerical Recipes); its result is kept, so that no compiler leaves it out.
  #calculate(): void {
    let state = 1;
    for (let i = 0; i < OPERATIONS; i += 1) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    this.#sum = (this.#sum + state) | 0;
  }

  #echo(): Promise<number> {
    const socket = this.#socket;
    if (!socket) return Promise.reject(new Error('the frozen control was not opened'));
    const beganAtMs = this.#clock.now();
    return new Promise((resolve, reject) => {
      let left = MESSAGE.length;
      const failed = (): void => reject(new Error('the connection of the frozen control broke'));
      const read = (chunk: Buffer): void => {
        left -= chunk.length;
        if (left > 0) return;
        socket.off('data', read).off('close', failed);
        resolve(this.#clock.now() - beganAtMs);
      };
      socket.on('data', read).once('close', failed);
      socket.write(MESSAGE);
    });
  }
}
