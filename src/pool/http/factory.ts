import type { SecureContext } from 'node:tls';
import type { CloseReason } from '../accounts.js';
import type { ConnectionFactory, Dialed, PoolEndpoint } from '../contracts.js';
import type { HttpConnection } from './connection.js';
import type { HttpDialFailure } from './contracts.js';
import { dialHttp, type HttpDialOptions } from './dial.js';
import { errorKind, HttpDialError } from './errors.js';

export interface HttpFactoryOptions {
  readonly origins: readonly string[];
  readonly dial: Omit<HttpDialOptions, 'signal' | 'secureContext'>;
  /** Made when first needed: plain http needs none. */
  readonly secureContext: () => SecureContext;
  readonly onDialFailure: (failure: HttpDialFailure) => void;
}

/** Dials for an HTTP pool, and reports each dial that came to nothing. */
export class HttpConnectionFactory implements ConnectionFactory<HttpConnection> {
  readonly #options: HttpFactoryOptions;
  /** Connections that the pool took on. */
  readonly #adopted = new WeakSet<HttpConnection>();

  constructor(options: HttpFactoryOptions) {
    this.#options = options;
  }

  async connect({ origin }: PoolEndpoint, signal: AbortSignal): Promise<Dialed<HttpConnection>> {
    const { dial, secureContext } = this.#options;
    try {
      const trust = origin.startsWith('https:') ? { secureContext: secureContext() } : {};
      const connection = await dialHttp(origin, { ...dial, ...trust, signal });
      return { connection, parts: connection.parts };
    } catch (error) {
      if (error instanceof HttpDialError) this.#failed(origin, error);
      throw error;
    }
  }

  close(connection: HttpConnection, _reason: CloseReason): void {
    connection.close();
    if (this.#adopted.has(connection)) return;
    // The pool had given this dial up when it succeeded.
    const stage = connection.origin.startsWith('https:') ? 'tls' : 'tcp';
    this.#failed(connection.origin, new HttpDialError(stage, connection.localPort, 'opened too late'));
  }

  onClosed(connection: HttpConnection, listener: (error?: Error) => void): void {
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
