import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What went through a proxy, as somebody sees it who knows the outlines of HTTP/1.1 and RFC 6455 and nothing else. */
export interface Traffic {
  connections: number;
  bytesUp: number;
  bytesDown: number;
  /** Request heads, upgrades not included. */
  requests: number;
  upgrades: number;
  /** Text frames of WebSockets. */
  textUp: number;
  textDown: number;
}

const HEAD_END = '\r\n\r\n';
const TEXT = 1;

/** Passes plain TCP on to a port of the loopback address, unchanged, and counts. */
export class CountingProxy implements AsyncDisposable {
  readonly traffic: Traffic = {
    connections: 0,
    bytesUp: 0,
    bytesDown: 0,
    requests: 0,
    upgrades: 0,
    textUp: 0,
    textDown: 0,
  };
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#pass(client));
  }

  static async before(target: number): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    await new Promise<void>((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #pass(client: Socket): void {
    const { traffic } = this;
    traffic.connections += 1;
    const exchange = connect({ port: this.#target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const down = new Frames(() => (traffic.textDown += 1));
    const up = new Heads(
      (upgrade) => {
        if (upgrade) traffic.upgrades += 1;
        else traffic.requests += 1;
      },
      new Frames(() => (traffic.textUp += 1)),
    );
    const head = new Answer(down);
    client.on('data', (chunk: Buffer) => {
      traffic.bytesUp += chunk.length;
      up.read(chunk);
      exchange.write(chunk);
    });
    exchange.on('data', (chunk: Buffer) => {
      traffic.bytesDown += chunk.length;
      if (up.upgraded) head.read(chunk);
      client.write(chunk);
    });
    for (const [one, other] of [
      [client, exchange],
      [exchange, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('end', () => other.end());
      one.on('close', () => this.#sockets.delete(one));
    }
  }
}

/** Request heads without bodies (GET), until one asks for an upgrade; what follows that are frames. */
class Heads {
  upgraded = false;
  readonly #seen: (upgrade: boolean) => void;
  readonly #frames: Frames;
  #text = '';

  constructor(seen: (upgrade: boolean) => void, frames: Frames) {
    this.#seen = seen;
    this.#frames = frames;
  }

  read(chunk: Buffer): void {
    if (this.upgraded) {
      this.#frames.read(chunk);
      return;
    }
    this.#text += chunk.toString('latin1');
    for (let end = this.#text.indexOf(HEAD_END); end >= 0; end = this.#text.indexOf(HEAD_END)) {
      const head = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + HEAD_END.length);
      this.upgraded = /^upgrade: *websocket/im.test(head);
      this.#seen(this.upgraded);
    }
    if (this.upgraded && this.#text !== '') this.#frames.read(Buffer.from(this.#text, 'latin1'));
  }
}

/** The answer to an upgrade: its head, and frames behind it. */
class Answer {
  readonly #frames: Frames;
  #head: string | null = '';

  constructor(frames: Frames) {
    this.#frames = frames;
  }

  read(chunk: Buffer): void {
    if (this.#head === null) {
      this.#frames.read(chunk);
      return;
    }
    this.#head += chunk.toString('latin1');
    const end = this.#head.indexOf(HEAD_END);
    if (end < 0) return;
    const rest = this.#head.slice(end + HEAD_END.length);
    this.#head = null;
    this.#frames.read(Buffer.from(rest, 'latin1'));
  }
}

/** Finds the text frames in a stream of bytes (RFC 6455, 5.2). */
class Frames {
  readonly #text: () => void;
  #bytes = Buffer.alloc(0);

  constructor(text: () => void) {
    this.#text = text;
  }

  read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let length = this.#wholeFrame(); length > 0; length = this.#wholeFrame()) {
      if (((this.#bytes[0] ?? 0) & 15) === TEXT) this.#text();
      this.#bytes = this.#bytes.subarray(length);
    }
  }

  /** Length of the first frame, 0 while it is not all there. */
  #wholeFrame(): number {
    const bytes = this.#bytes;
    if (bytes.length < 2) return 0;
    const second = bytes[1] ?? 0;
    const short = second & 127;
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (bytes.length < 2 + extra) return 0;
    const payload = extra === 2 ? bytes.readUInt16BE(2) : extra === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
    const length = 2 + extra + (second >= 128 ? 4 : 0) + payload;
    return bytes.length >= length ? length : 0;
  }
}
