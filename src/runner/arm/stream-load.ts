import { type Clock, sleep } from '../../base/index.js';
import type { Fleet } from './fleet.js';
import type { StreamLoad } from './messages.js';
import type { StreamRecorder } from './stream-recorder.js';

const PATIENCE_MS = 5000;

export interface StreamLoadOptions {
  readonly clock: Clock;
  readonly fleet: Pick<Fleet, 'subscribe' | 'unsubscribe'>;
  readonly recorder: StreamRecorder;
  readonly load: StreamLoad;
  /** Stream names in order of preference for each entry of `load.subscriptions`. */
  readonly names: readonly (readonly string[])[];
}

/** A set of streams that a collector subscribes, exchanges some of, and drops again. */
export class StreamSession {
  readonly #options: StreamLoadOptions;
  readonly #live: string[] = [];
  #spare: string[] = [];

  constructor(options: StreamLoadOptions) {
    this.#options = options;
  }

  /** Subscribes the wanted streams; resolves when each is acknowledged. */
  async open(): Promise<void> {
    const { load, names } = this.#options;
    const wanted = load.subscriptions.flatMap(({ symbols }, i) => names[i]?.slice(0, symbols) ?? []);
    // The exchanged streams are of the first channel: the next symbols behind those in use.
    const used = load.subscriptions[0]?.symbols ?? 0;
    this.#spare = names[0]?.slice(used, used + load.change) ?? [];
    await this.#subscribe(wanted);
  }

  /** Drops the oldest `change` streams and subscribes as many others. */
  async change(): Promise<void> {
    const leaving = this.#live.splice(0, this.#spare.length);
    await Promise.all([...leaving.map((stream) => this.#unsubscribe(stream)), this.#subscribe(this.#spare)]);
  }

  async drop(): Promise<void> {
    await Promise.all(this.#live.splice(0).map((stream) => this.#unsubscribe(stream)));
  }

  async #subscribe(streams: readonly string[]): Promise<void> {
    const { clock, fleet, recorder } = this.#options;
    this.#live.push(...streams);
    await Promise.all(
      streams.map(async (stream) => {
        const calledAtMs = clock.now();
        recorder.desire(stream);
        const acknowledged = await this.#patiently(fleet.subscribe(stream, recorder));
        if (acknowledged) recorder.subscribed(clock.now() - calledAtMs);
      }),
    );
  }

  async #unsubscribe(stream: string): Promise<void> {
    const { fleet, recorder } = this.#options;
    recorder.dismiss(stream);
    await this.#patiently(fleet.unsubscribe(stream));
  }

  /** Waits for the driver, but not for ever: what it never settles shows in coverage, and must not hang the run. */
  async #patiently(settled: Promise<void>): Promise<boolean> {
    const done = new AbortController();
    const limit = sleep(this.#options.clock, PATIENCE_MS, done.signal).then(
      () => false,
      () => false,
    );
    try {
      return await Promise.race([settled.then(() => true), limit]);
    } finally {
      done.abort();
    }
  }
}

/** Opens, holds, changes, holds; `offered` is called before the streams are dropped. */
export async function runStreamScript(options: StreamLoadOptions, holdMs: number, offered: () => void): Promise<void> {
  const session = new StreamSession(options);
  await session.open();
  await sleep(options.clock, holdMs);
  if (options.load.change > 0) {
    await session.change();
    await sleep(options.clock, holdMs);
  }
  offered();
  await session.drop();
}
