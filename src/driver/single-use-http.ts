import type { SecureContext } from 'node:tls';
import { ConnectionAccounts, dialHttp, type HttpConnection, HttpDialError } from '../pool/index.js';
import type { ClaimedConnection } from './claims.js';
import type { DriverContext, DriverResponse } from './driver.js';
import { kindOfError, OperationError } from './operation-error.js';

/**
 * HTTP without a pool: every attempt dials a connection, uses it once and closes it. The dial, the parser and the
 * shared TLS context are those of the pool, so that the pool is all that differs.
 */
export class SingleUseHttp {
  readonly accounts: ConnectionAccounts;
  readonly #context: DriverContext;
  readonly #secureContext: SecureContext | undefined;

  constructor(context: DriverContext, secureContext: SecureContext | undefined) {
    this.#context = context;
    this.#secureContext = secureContext;
    this.accounts = new ConnectionAccounts(context.clock);
  }

  /**
   * One attempt at one endpoint, dial included, within `timeoutMs`.
   * @throws {OperationError}
   */
  async attempt(path: string, endpoint: number, timeoutMs: number, again: boolean): Promise<DriverResponse> {
    const { clock, claims } = this.#context;
    const limit = new AbortController();
    const timer = clock.setTimeout(() => limit.abort(new OperationError('timeout')), timeoutMs);
    try {
      const connection = await this.#dial(endpoint, limit.signal);
      const response = await this.#use(connection, endpoint, path, limit.signal);
      claims.attempt(null, again);
      return response;
    } catch (error) {
      const kind = limit.signal.aborted ? 'timeout' : kindOfError(error);
      claims.attempt(kind, again);
      throw new OperationError(kind, `GET ${path} failed: ${kind}`, { cause: error });
    } finally {
      clock.clearTimeout(timer);
    }
  }

  async #dial(endpoint: number, signal: AbortSignal): Promise<HttpConnection> {
    const { clock, endpoints } = this.#context;
    const startedAtMs = clock.now();
    this.accounts.waitBegan();
    this.accounts.dialBegan();
    try {
      const connection = await dialHttp(endpoints[endpoint]?.rest ?? '', {
        clock,
        signal,
        ...(this.#secureContext ? { secureContext: this.#secureContext } : {}),
      });
      this.accounts.opened(clock.now() - startedAtMs, connection.parts);
      this.accounts.acquireSettled('dialed', clock.now() - startedAtMs);
      return connection;
    } catch (error) {
      this.accounts.dialFailed();
      this.accounts.acquireSettled(signal.aborted ? 'timeout' : 'dialError', clock.now() - startedAtMs);
      if (error instanceof HttpDialError) this.#claim(endpoint, error.localPort, null, error.stage === 'tls');
      throw error;
    } finally {
      this.accounts.waitEnded();
    }
  }

  async #use(connection: HttpConnection, endpoint: number, path: string, signal: AbortSignal): Promise<DriverResponse> {
    const { clock } = this.#context;
    const openedAtMs = clock.now();
    const row = this.#claim(endpoint, connection.localPort, openedAtMs);
    this.accounts.useBegan(false);
    try {
      return await connection.request({ path, signal });
    } finally {
      connection.close();
      const now = clock.now();
      this.accounts.useEnded(now - openedAtMs);
      this.accounts.connectionClosed('single-use', now - openedAtMs);
      if (row) {
        row.closedAtMs = now;
        row.requestsSent = connection.requestsSent;
        row.responsesReceived = connection.responsesReceived;
      }
    }
  }

  #claim(
    endpoint: number,
    localPort: number | null,
    openedAtMs: number | null,
    connected = true,
  ): ClaimedConnection | null {
    if (localPort === null) return null;
    return this.#context.claims.connection({
      endpoint,
      localPort,
      carries: 'requests',
      connected,
      openedAtMs,
      closedAtMs: openedAtMs === null ? this.#context.clock.now() : null,
      requestsSent: 0,
      responsesReceived: 0,
    });
  }
}
