import { BareSocket } from './bare-socket.js';
import type { Driver, DriverContext, DriverFactory, DriverResponse, StreamConsumer } from './driver.js';
import { kindOfError, OperationError } from './operation-error.js';

/**
 * What a Node programmer gets without thinking: the platform's `fetch`, and one WebSocket for everything, dialled
 * again a second after it breaks; always the first endpoint. It cannot tell its connections, so the ledger counts them.
 */
class DefaultDriver implements Driver {
  readonly accounts = { http: null, streams: null };
  readonly #context: DriverContext;
  readonly #socket: BareSocket;
  #leaving: string[] = [];
  #left: Promise<void> | null = null;

  constructor(context: DriverContext) {
    this.#context = context;
    this.#socket = new BareSocket({ context, secureContext: undefined, nextEndpoint: () => 0, accounts: null });
  }

  async start(): Promise<void> {}

  async request(path: string): Promise<DriverResponse> {
    const { endpoints, settings, claims } = this.#context;
    try {
      const signal = AbortSignal.timeout(settings.requestTimeoutMs);
      const response = await fetch(`${endpoints[0]?.rest}${path}`, { signal });
      const body = new Uint8Array(await response.arrayBuffer());
      claims.attempt(null, false);
      return { status: response.status, body };
    } catch (error) {
      const kind = kindOfError(error);
      claims.attempt(kind, false);
      throw new OperationError(kind, 'fetch failed', { cause: error });
    }
  }

  async subscribe(stream: string, consumer: StreamConsumer): Promise<void> {
    await this.#socket.subscribe(stream, consumer);
  }

  /** Streams dropped in the same turn leave in one message. */
  async unsubscribe(stream: string): Promise<void> {
    this.#leaving.push(stream);
    this.#left ??= Promise.resolve().then(async () => {
      const streams = this.#leaving;
      this.#leaving = [];
      this.#left = null;
      await this.#socket.unsubscribe(streams);
    });
    await this.#left;
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }
}

export const createDriver: DriverFactory = (context) => new DefaultDriver(context);
