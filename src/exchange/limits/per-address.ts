/** Addresses whose account is kept; a loopback client has few, and nobody may fill the memory with more. */
const KEPT = 4096;

/** One account for each client address; the one least recently used is forgotten when there are too many. */
export class PerAddress<T> {
  readonly #accounts = new Map<string, T>();
  readonly #open: () => T;

  constructor(open: () => T) {
    this.#open = open;
  }

  of(address: string): T {
    const account = this.#accounts.get(address) ?? this.#open();
    this.#accounts.delete(address);
    this.#accounts.set(address, account);
    const oldest = this.#accounts.size > KEPT ? this.#accounts.keys().next().value : undefined;
    if (oldest !== undefined) this.#accounts.delete(oldest);
    return account;
  }
}
