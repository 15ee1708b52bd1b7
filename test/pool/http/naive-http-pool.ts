import { Client, type Dispatcher } from 'undici';
import type { HttpPoolSettings, HttpPoolUnderTest, HttpRequestUnderTest } from './known-bug-scenarios.js';

/**
 * What one writes in an afternoon over undici: an array of clients, and a queue for when all of them have work. It has
 * each of the well-known bugs that its tests are about.
 */
export class NaiveHttpPool implements HttpPoolUnderTest {
  readonly #origin: string;
  readonly #settings: HttpPoolSettings;
  readonly #clients = new Map<Client, number>();
  readonly #idle: Client[] = [];
  readonly #queue: ((client: Client) => void)[] = [];
  #open = 0;

  constructor(origin: string, settings: HttpPoolSettings) {
    this.#origin = origin;
    this.#settings = settings;
  }

  get open(): number {
    return this.#open;
  }

  async request(request: HttpRequestUnderTest): Promise<string> {
    const { body } = await this.#send(request);
    return body.text();
  }

  stream(path: string): Promise<Dispatcher.ResponseData> {
    return this.#send({ path });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.keys()].map((client) => client.destroy()));
  }

  async #send({ path, timeoutMs, signal }: HttpRequestUnderTest): Promise<Dispatcher.ResponseData> {
    const client = this.#idle.shift() ?? this.#dial() ?? (await this.#released());
    try {
      return await client.request({ path, method: 'GET', headersTimeout: timeoutMs ?? null, signal: signal ?? null });
    } finally {
      this.#giveBack(client);
    }
  }

  #dial(): Client | undefined {
    if (this.#open >= this.#settings.max) return undefined;
    this.#open += 1;
    const client = new Client(this.#origin);
    this.#clients.set(client, Date.now());
    return client;
  }

  #released(): Promise<Client> {
    return new Promise((resolve) => {
      this.#queue.push(resolve);
    });
  }

  #giveBack(client: Client): void {
    const { maxLifetimeMs = Infinity } = this.#settings;
    if (Date.now() - (this.#clients.get(client) ?? 0) > maxLifetimeMs) {
      void client.close();
      return;
    }
    const next = this.#queue.shift();
    if (next) next(client);
    else this.#idle.push(client);
  }
}
