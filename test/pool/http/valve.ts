import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A forwarder to a port of the loopback that can fall silent: it then swallows what it gets, and closes nothing. */
export class Valve implements AsyncDisposable {
  port = 0;
  readonly #server = createServer((near) => this.#forward(near));
  readonly #sockets = new Set<Socket>();
  #target = 0;
  #shut = new WeakSet<Socket>();

  static async before(origin: string): Promise<Valve> {
    const valve = new Valve();
    valve.#target = Number(new URL(origin).port);
    await new Promise<void>((resolve) => {
      valve.#server.listen(0, '127.0.0.1', resolve);
    });
    valve.port = (valve.#server.address() as AddressInfo).port;
    return valve;
  }

  get origin(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Silences the connections that are open now; new ones work. */
  shut(): void {
    for (const socket of this.#sockets) this.#shut.add(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #forward(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from
        .on('error', () => {})
        .on('data', (chunk) => {
          if (!this.#shut.has(from)) to.write(chunk);
        });
      from.once('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
