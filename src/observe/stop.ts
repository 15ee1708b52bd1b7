import type { ObserveOptions, StopReason } from './options.js';
import type { Program } from './program.js';

/** What may end a program before it ends by itself: its time, a signal to us, or our own abrupt end. */
export class Stop implements Disposable {
  readonly #options: ObserveOptions;
  readonly #program: Program;
  readonly #timer: unknown;
  #reason: StopReason | null = null;

  constructor(options: ObserveOptions, program: Program) {
    const { clock, durationMs, interrupt, abandon } = options;
    this.#options = options;
    this.#program = program;
    this.#timer = durationMs === null ? undefined : clock.setTimeout(this.#onTime, durationMs);
    interrupt.addEventListener('abort', this.#onInterrupt, { once: true });
    abandon.addEventListener('abort', this.#onAbandon, { once: true });
    if (interrupt.aborted) this.#onInterrupt();
  }

  /** Why the program was asked to end, the first reason if there were several; null: it was not. */
  get reason(): StopReason | null {
    return this.#reason;
  }

  [Symbol.dispose](): void {
    const { clock, interrupt, abandon } = this.#options;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    interrupt.removeEventListener('abort', this.#onInterrupt);
    abandon.removeEventListener('abort', this.#onAbandon);
  }

  readonly #onTime = (): void => {
    this.#ask('duration', 'SIGTERM');
  };

  readonly #onInterrupt = (): void => {
    const signal = this.#options.interrupt.reason as 'SIGINT' | 'SIGTERM';
    this.#ask(signal, signal);
  };

  readonly #onAbandon = (): void => {
    this.#program.kill();
  };

  #ask(reason: StopReason, signal: NodeJS.Signals): void {
    this.#reason ??= reason;
    this.#program.askToEnd(signal);
  }
}
