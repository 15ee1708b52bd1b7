import { HttpConnection } from './connection.js';
import type { PooledHttpConnection } from './exchange.js';
import type { Http2Options } from './http2-connection.js';
import { openHttp2 } from './http2-open.js';
import { type HttpDialOptions, openSocket } from './open-socket.js';

/**
 * Opens one HTTP/1.1 connection to an http or https origin: name lookup, TCP and TLS, each timed. Of a name with
 * several addresses the first that connects is taken.
 * @throws {HttpDialError} with the stage that failed and the local port, if it came so far
 */
export async function dialHttp(origin: string, options: HttpDialOptions): Promise<HttpConnection> {
  const { socket, parts, resumed } = await openSocket(origin, ['http/1.1'], options);
  return new HttpConnection(new URL(origin).origin, socket, options.clock, parts, resumed);
}

/** As `dialHttp`, but offers HTTP/2 over TLS and takes what the server chooses. @throws {HttpDialError} */
export async function dialHttp2(
  origin: string,
  options: HttpDialOptions,
  http2: Http2Options,
): Promise<PooledHttpConnection> {
  const opened = await openSocket(origin, ['h2', 'http/1.1'], options);
  const normal = new URL(origin).origin;
  if (opened.protocol === 'h2') return openHttp2(normal, opened, options, http2);
  return new HttpConnection(normal, opened.socket, options.clock, opened.parts, opened.resumed);
}
