import { MessageBuffer, type BufferOptions, type BufferOwner } from './message-buffer.js';
import type { StreamData } from './protocol.js';

/** Where the messages of a subscription go. */
export interface Consumer {
  take(message: StreamData): void;
  /** Messages that wait for it. */
  readonly waiting: number;
  /** What to iterate over; a handler has nothing. */
  readonly buffer: MessageBuffer | undefined;
  end(failure?: Error): void;
}

/** A function that takes each message at once. What it throws is passed to `failed`. */
export function handlerConsumer(handler: (message: StreamData) => void, failed: (error: unknown) => void): Consumer {
  return {
    waiting: 0,
    buffer: undefined,
    take: (message) => {
      try {
        handler(message);
      } catch (error) {
        failed(error);
      }
    },
    end: () => {},
  };
}

/** A `for await` loop that takes messages when it is ready for them. */
export function loopConsumer(options: BufferOptions, owner: BufferOwner): Consumer {
  const buffer = new MessageBuffer(options, owner);
  return {
    get waiting() {
      return buffer.length;
    },
    buffer,
    take: (message) => buffer.push(message),
    end: (failure) => buffer.end(failure),
  };
}
