// As many names as no venue has; a venue that makes up more costs time, and no memory.
const MOST_NAMES = 100_000;

/**
 * Names of streams by the two parts that frames tell them in. Put together anew, a name would have to be hashed for
 * every message that is looked up by it.
 */
export class StreamNames {
  readonly #join: (one: string, other: string) => string;
  readonly #names = new Map<string, Map<string, string>>();
  #size = 0;

  constructor(join: (one: string, other: string) => string) {
    this.#join = join;
  }

  of(one: string, other: string): string {
    return this.#names.get(one)?.get(other) ?? this.set(one, other, this.#join(one, other));
  }

  /** Gives the parts a name that they do not join to. */
  set(one: string, other: string, name: string): string {
    if (this.#size >= MOST_NAMES) this.#forget();
    const others = this.#names.get(one) ?? new Map<string, string>();
    if (!others.has(other)) this.#size += 1;
    others.set(other, name);
    this.#names.set(one, others);
    return name;
  }

  #forget(): void {
    this.#names.clear();
    this.#size = 0;
  }
}
