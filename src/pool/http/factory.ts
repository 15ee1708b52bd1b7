import type { SecureContext } from 'node:tls';
import type { CloseReason } from '../accounts.js';
import type { ConnectionFactory, Dialed, PoolEndpoint } from '../contracts.js';
import type { HttpDialFailure } from './contracts.js';
import { dialHttp, dialHttp2 } from './dial.js';
import { errorKind, HttpDialError } from './errors.js';
import type { PooledHttpConnection } from './exchange.js';
import type { Http2Options } from './http2-connection.js';
import type { HttpDialOptions } from './open-socket.js';

export interface HttpFactoryOptions {
  readonly origins: readonly string[];
  readonly dial: Omit<HttpDialOptions, 'signal' | 'secureContext' | 'onLost'>;
  /** Offer HTTP/2. */
  readonly http2?: Http2Options;
  /** Made when first needed: plain http needs none. */
  readonly secureContext: () => SecureContext;
  readonly onDialFailure: (failure: HttpDialFailure) => void;
}

/** Dials for an HTTP pool, and reports each dial that came to nothing. */
export class HttpConnectionFactory implements ConnectionFactory<PooledHttpConnection> {
  /** Where connections are shared; others are known to be good while they are open. */
  readonly check?: (connection: PooledHttpConnection) => Promise<boolean>;
  readonly #options: HttpFactoryOptions;
  readonly #dials = new Set<Promise<void>>();
  /** Connections that the pool took on. */
  readonly #adopted = new WeakSet<PooledHttpConnection>();

  constructor(options: HttpFactoryOptions) {
    this.#options = options;
    if (options.http2) this.check = (connection) => connection.check();
  }

  connect(endpoint: PoolEndpoint, signal: AbortSignal): Promise<Dialed<PooledHttpConnection>> {
    const dial = this.#dial(endpoint, signal);
    const ended = dial
      .then(
        () => {},
        () => {},
      )
      .then(() => void this.#dials.delete(ended));
    this.#dials.add(ended);
    return dial;
  }

  /** Resolves when no dial is under way and every one that failed has been told. */
  async settled(): Promise<void> {
    await Promise.all(this.#dials);
  }

  async #dial({ origin }: PoolEndpoint, signal: AbortSignal): Promise<Dialed<PooledHttpConnection>> {
    const { dial, secureContext, http2 } = this.#options;
    try {
      const trust = origin.startsWith('https:') ? { secureContext: secureContext() } : {};
      const onLost = (error: HttpDialError): void => this.#failed(origin, error);
      const all = { ...dial, ...trust, signal, onLost };
      const connection = http2 ? await dialHttp2(origin, all, http2) : await dialHttp(origin, all);
      return { connection, parts: connection.parts };
    } catch (error) {
      if (error instanceof HttpDialError) this.#failed(origin, error);
      throw error;
    }
  }

  capacity({ capacity }: PooledHttpConnection): number {
    return capacity;
  }

  close(connection: PooledHttpConnection, _reason: CloseReason): void {
    connection.close();
    if (this.#adopted.has(connection)) return;
    // The pool had given this dial up when it succeeded.
    const stage = connection.origin.startsWith('https:') ? 'tls' : 'tcp';
    this.#failed(connection.origin, new HttpDialError(stage, connection.localPort, 'opened too late'));
  }

  onClosed(connection: PooledHttpConnection, listener: (error?: Error) => void): void {
    this.#adopted.add(connection);
    connection.onClosed(listener);
  }

  #failed(origin: string, error: HttpDialError): void {
    const { origins, dial, onDialFailure } = this.#options;
    onDialFailure({
      endpointIndex: origins.indexOf(origin),
      stage: error.stage,
      localPort: error.localPort,
      errorKind: error.cause === undefined ? 'timeout' : errorKind(error),
      atMs: dial.clock.now(),
    });
  }
}
