import { createSecureContext, type SecureContext } from 'node:tls';
import { SocketPerStream } from './bare-streams.js';
import type { Driver, DriverContext, DriverResponse, StreamConsumer } from './driver.js';
import { SingleUseHttp } from './single-use-http.js';

/** The control of every comparison: same endpoints in turn, same timeouts, no memory of a bad endpoint. */
export class UnpooledDriver implements Driver {
  readonly accounts: Driver['accounts'];
  readonly #context: DriverContext;
  readonly #http: SingleUseHttp;
  readonly #streams: SocketPerStream;
  readonly #tries: number;
  #turn = 0;

  constructor(context: DriverContext, tries: number) {
    this.#context = context;
    this.#tries = tries;
    // Parsed once: a context for each connection would make this arm slower than it is.
    const secureContext = trust(context.ca);
    this.#http = new SingleUseHttp(context, secureContext);
    this.#streams = new SocketPerStream(context, secureContext);
    this.accounts = accountsOf(context, this.#http, this.#streams);
  }

  async start(): Promise<void> {}

  async request(path: string): Promise<DriverResponse> {
    const { clock, settings, endpoints } = this.#context;
    const deadlineMs = clock.now() + settings.requestTimeoutMs;
    for (let tries = 1; ; tries += 1) {
      const leftMs = Math.min(settings.attemptTimeoutMs, deadlineMs - clock.now());
      try {
        return await this.#http.attempt(path, this.#turn++ % endpoints.length, leftMs, tries > 1);
      } catch (error) {
        if (tries >= this.#tries || clock.now() >= deadlineMs) throw error;
      }
    }
  }

  subscribe(stream: string, consumer: StreamConsumer): Promise<void> {
    return this.#streams.subscribe(stream, consumer);
  }

  unsubscribe(stream: string): Promise<void> {
    return this.#streams.unsubscribe(stream);
  }

  close(): Promise<void> {
    return this.#streams.close();
  }
}

function accountsOf(context: DriverContext, http: SingleUseHttp, streams: SocketPerStream): Driver['accounts'] {
  return {
    http: context.carries.requests ? http.accounts : null,
    streams: context.carries.streams ? streams.accounts : null,
  };
}

/** The TLS context of a client that trusts one authority; undefined for plain connections. */
export function trust(ca: string | null): SecureContext | undefined {
  return ca === null ? undefined : createSecureContext({ ca });
}
