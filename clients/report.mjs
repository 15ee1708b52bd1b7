import { setTimeout as after } from 'node:timers/promises';

const PATIENCE_MS = 25_000;

/** Prints a line for each check, `ok` or `not ok`. */
export class Report {
  #scope;

  /** `scope` is what the checks are about: `binance`. */
  constructor(scope) {
    this.#scope = scope;
  }

  /** Runs a check, which resolves with what it has found or throws what is wrong; resolves with whether all was well. */
  async check(name, action) {
    const stop = new AbortController();
    try {
      const tooLong = after(PATIENCE_MS, undefined, { signal: stop.signal }).then(() => {
        throw new Error(`not done within ${PATIENCE_MS / 1e3} s`);
      });
      this.#print('ok', name, await Promise.race([action(), tooLong]));
      return true;
    } catch (error) {
      this.#print('not ok', name, `${error.name}: ${error.message}`);
      return false;
    } finally {
      stop.abort();
    }
  }

  #print(verdict, name, detail) {
    process.stdout.write(`${verdict} ${this.#scope} ${name}: ${detail}\n`);
  }
}

/** @throws {Error} unless `condition` holds */
export function expect(condition, complaint) {
  if (!condition) throw new Error(complaint);
}
