import { connect } from 'node:http2';
import { toError } from '../errors.js';
import { HttpDialError, resetError } from './errors.js';
import { Http2Connection, type Http2Options } from './http2-connection.js';
import type { HttpDialOptions, OpenSocket } from './open-socket.js';

// What a server may send ahead of its reader, on one stream and on all streams of a connection.
const STREAM_WINDOW_BYTES = 256 * 1024;
const CONNECTION_WINDOW_BYTES = 16 * 2 ** 20;
// In megabytes, of everything that a session holds; Node refuses new streams beyond it.
const SESSION_MEMORY_MB = 1024;
// Headers of one response; their bytes are limited beside it.
const HEADERS = 1000;

/**
 * Begins HTTP/2 on a socket whose server has chosen it, and waits for the server's SETTINGS: from them on the number of
 * streams is known that it takes. The wait is booked as `upgradeMs`.
 * @throws {HttpDialError} stage `tls`: encrypted, but no HTTP/2
 */
export function openHttp2(
  origin: string,
  { socket, parts, resumed }: OpenSocket,
  { clock, signal }: HttpDialOptions,
  options: Http2Options,
): Promise<Http2Connection> {
  const startedAtMs = clock.now();
  const { localPort = 0, remoteAddress = '' } = socket;
  const session = connect(origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
    maxSessionMemory: SESSION_MEMORY_MB,
    maxHeaderListPairs: HEADERS,
  });
  session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
  return new Promise((resolve, reject) => {
    const over = (settle: () => void): void => {
      session.off('remoteSettings', onSettings).off('error', onError).off('close', onClose);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (cause: Error): void =>
      over(() => {
        session.on('error', () => {}).destroy();
        socket.destroy();
        reject(new HttpDialError('tls', localPort, `dial of ${origin} failed: ${cause.message}`, { cause }));
      });
    const onSettings = (): void =>
      over(() => {
        const upgradeMs = clock.now() - startedAtMs;
        const facts = { origin, socket, localPort, remoteAddress, parts: { ...parts, upgradeMs }, resumed };
        resolve(new Http2Connection(session, facts, clock, options));
      });
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(resetError('closed by the peer'));
    const onAbort = (): void => fail(toError(signal?.reason));
    session.once('remoteSettings', onSettings).once('error', onError).once('close', onClose);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
