import type { StreamData } from './protocol.js';

/** What happens to a message for which a full buffer has no room: it takes the oldest one's place, goes, or ends all. */
export type OverflowPolicy = 'dropOldest' | 'dropNewest' | 'close';

export interface BufferOptions {
  /** Messages that wait for the consumer at most. */
  readonly size: number;
  readonly overflow: OverflowPolicy;
}

/** What a buffer tells its owner. */
export interface BufferOwner {
  /** Messages were dropped between these two, of which the second comes next. */
  skipped(before: StreamData | undefined, next: StreamData): void;
  /** A message was dropped. */
  dropped(): void;
  /** The policy says to end the stream. */
  overflowed(): void;
}

interface Slot {
  readonly message: StreamData;
  /** Messages were dropped right before this one. */
  skipped: boolean;
}

interface Taker {
  readonly resolve: (result: IteratorResult<StreamData, undefined>) => void;
  readonly reject: (error: Error) => void;
}

const FIRST_SLOTS = 16;
const DONE = { done: true, value: undefined } as const;

/**
 * A bounded queue between a stream and one `for await` loop. Leaving the loop ends nothing: another one goes on where it
 * stopped. Iteration ends when the stream has ended and the buffer is empty.
 */
export class MessageBuffer implements AsyncIterator<StreamData, undefined, undefined> {
  readonly #options: BufferOptions;
  readonly #owner: BufferOwner;
  // A ring that grows with the need, up to the size.
  #slots: (Slot | undefined)[] = Array.from({ length: FIRST_SLOTS });
  #head = 0;
  #count = 0;
  #skipNext = false;
  #lastTaken: StreamData | undefined;
  readonly #takers: Taker[] = [];
  #ended = false;
  #failure: Error | undefined;

  constructor(options: BufferOptions, owner: BufferOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  get length(): number {
    return this.#count;
  }

  push(message: StreamData): void {
    if (this.#ended) return;
    const taker = this.#takers.shift();
    if (taker) {
      if (this.#skipNext) this.#owner.skipped(this.#lastTaken, message);
      this.#skipNext = false;
      this.#lastTaken = message;
      taker.resolve({ done: false, value: message });
      return;
    }
    if (this.#count === this.#options.size && !this.#makeRoom()) return;
    if (this.#count === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#count) % this.#slots.length] = { message, skipped: this.#skipNext };
    this.#count += 1;
    this.#skipNext = false;
  }

  next(): Promise<IteratorResult<StreamData, undefined>> {
    const slot = this.#shift();
    if (slot) {
      if (slot.skipped) this.#owner.skipped(this.#lastTaken, slot.message);
      this.#lastTaken = slot.message;
      return Promise.resolve({ done: false, value: slot.message });
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) return Promise.reject(failure);
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#takers.push({ resolve, reject });
    });
  }

  /** No message comes any more; with an error, which whoever takes the last message hears next. */
  end(failure?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    const takers = this.#takers.splice(0);
    if (failure && takers.length > 0) takers.shift()?.reject(failure);
    else this.#failure = failure;
    for (const { resolve } of takers) resolve(DONE);
  }

  /** Makes room for one message, or returns false when the policy gives it none. */
  #makeRoom(): boolean {
    const { overflow } = this.#options;
    this.#owner.dropped();
    if (overflow === 'close') {
      this.#owner.overflowed();
      return false;
    }
    if (overflow === 'dropNewest') {
      this.#skipNext = true;
      return false;
    }
    this.#shift();
    const oldest = this.#slots[this.#head];
    if (this.#count > 0 && oldest) oldest.skipped = true;
    else this.#skipNext = true;
    return true;
  }

  #shift(): Slot | undefined {
    if (this.#count === 0) return undefined;
    const slot = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#count -= 1;
    return slot;
  }

  #grow(): void {
    const { length } = this.#slots;
    const grown: (Slot | undefined)[] = Array.from({ length: Math.min(2 * length, this.#options.size) });
    for (let index = 0; index < this.#count; index += 1) grown[index] = this.#slots[(this.#head + index) % length];
    this.#slots = grown;
    this.#head = 0;
  }
}
