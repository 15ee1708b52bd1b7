import type { Io, StopSignal } from '../../src/cli/io.js';
import { main } from '../../src/cli/main.js';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A world of its own for one command; what a process would print and exit with is kept. */
export class TestWorld {
  readonly exits: number[] = [];
  readonly env: Record<string, string> = {};
  readonly cwd: string;
  tty = false;
  #listeners = new Set<(signal: StopSignal) => void>();
  #stdout = '';
  #stderr = '';

  constructor(cwd: string) {
    this.cwd = cwd;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  signal(signal: StopSignal): void {
    for (const listener of this.#listeners) listener(signal);
  }

  async run(...argv: string[]): Promise<Finished> {
    this.#stdout = '';
    this.#stderr = '';
    const code = await main(argv, this.#io());
    return { code, stdout: this.#stdout, stderr: this.#stderr };
  }

  #io(): Io {
    return {
      stdout: { write: (text) => (this.#stdout += text), isTTY: this.tty, columns: 80 },
      stderr: { write: (text) => (this.#stderr += text), isTTY: this.tty, columns: 80 },
      env: this.env,
      cwd: this.cwd,
      onSignal: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      exit: (code) => {
        this.exits.push(code);
      },
    };
  }
}
