import {
  createSecureServer,
  type IncomingHttpHeaders,
  type Http2Session,
  type ServerHttp2Stream,
  type SecureServerOptions,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { selfSigned } from './certificate.js';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly stream: ServerHttp2Stream;
  readonly session: Http2Session;
}

export type Answer = (stream: ServerHttp2Stream, request: SeenRequest) => void;

const identity = selfSigned();

/** An HTTP/2 server on loopback that writes down what it sees. */
export class Http2TestServer implements AsyncDisposable {
  origin = '';
  ca = '';
  /** Remote ports of the accepted connections, in order. */
  readonly accepted: number[] = [];
  readonly sockets = new Set<Socket>();
  /** In order, the closed ones too. */
  readonly sessions: Http2Session[] = [];
  readonly requests: SeenRequest[] = [];
  /** The most streams that one session had at a time. */
  mostStreams = 0;
  #server: ReturnType<typeof createSecureServer> | undefined;
  readonly #open = new Map<Http2Session, number>();

  get paths(): string[] {
    return this.requests.map(({ path }) => path);
  }

  static async start(answer: Answer, options: SecureServerOptions = {}): Promise<Http2TestServer> {
    const { cert, key } = await identity;
    const seen = new Http2TestServer();
    const server = createSecureServer({ cert, key, maxSessionMemory: 1000, ...options });
    seen.#server = server;
    server.on('connection', (socket: Socket) => {
      seen.accepted.push(socket.remotePort ?? 0);
      seen.sockets.add(socket);
      socket.on('error', () => {}).once('close', () => seen.sockets.delete(socket));
    });
    server.on('session', (session) => {
      seen.sessions.push(session);
      session.on('error', () => {});
    });
    server.on('stream', (stream, headers) => seen.#heard(stream, headers, answer));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    seen.ca = cert;
    seen.origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return seen;
  }

  #heard(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, answer: Answer): void {
    const { session } = stream;
    if (!session) return;
    const count = (by: number): number => (this.#open.get(session) ?? 0) + by;
    this.#open.set(session, count(1));
    this.mostStreams = Math.max(this.mostStreams, count(0));
    stream.on('error', () => {}).once('close', () => this.#open.set(session, count(-1)));
    const request = { method: headers[':method'] ?? '', path: headers[':path'] ?? '', headers, stream, session };
    this.requests.push(request);
    // Later, for Node 20 does not survive everything that is done to a session from within its own events.
    setImmediate(() => answer(stream, request));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.sessions) session.destroy();
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server?.close(() => resolve());
    });
  }
}

export function reply(stream: ServerHttp2Stream, body: string | Buffer = 'ok', headers: object = {}): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, ...headers });
  stream.end(body);
}
