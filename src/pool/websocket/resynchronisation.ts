import type { Clock } from '../../base/index.js';
import { Deferred } from './deferred.js';
import type { StreamPoolEvent } from './events.js';
import type { StreamData } from './protocol.js';
import type { StreamAccounts } from './stream-accounts.js';
import { streamClosed } from './stream-error.js';

export interface ResynchronisationOptions {
  readonly stream: string;
  readonly clock: Clock;
  readonly accounts: StreamAccounts;
  readonly emit: (event: StreamPoolEvent) => void;
}

/** The time from the moment in which a stream is asked for anew to its first message, which is told. */
export class Resynchronisation {
  readonly #options: ResynchronisationOptions;
  #first: Deferred | undefined;
  #sinceMs = Number.NaN;

  constructor(options: ResynchronisationOptions) {
    this.#options = options;
  }

  /** It is under way: resolves with the first message, rejects when the stream is closed before. */
  get done(): Promise<void> | undefined {
    return this.#first?.promise;
  }

  begin(): Promise<void> {
    this.#sinceMs = this.#options.clock.now();
    this.#first = new Deferred();
    return this.#first.promise;
  }

  /** The first message has been handed over. */
  finish({ lastId, snapshot }: StreamData, nowMs: number): void {
    const first = this.#first;
    if (!first) return;
    const { stream, accounts, emit } = this.#options;
    this.#first = undefined;
    accounts.count('resynchronised');
    emit({
      kind: 'resynchronised',
      stream,
      atMs: nowMs,
      tookMs: nowMs - this.#sinceMs,
      lastId,
      snapshot: snapshot === true,
    });
    first.resolve();
  }

  abandon(): void {
    const { stream } = this.#options;
    this.#first?.reject(streamClosed(stream));
    this.#first = undefined;
  }
}
