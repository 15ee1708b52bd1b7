/** Settings of an {@link ObjectPool}. */
export interface ObjectPoolOptions<T extends object> {
  create(): T;
  /** Makes an object fit to be given out again; called on release. */
  reset(object: T): void;
  /** Is a returned object still fit? Left out: every object is. */
  validate?(object: T): boolean;
  /** Free objects kept at most; more are left to the garbage collector. */
  readonly max: number;
}

/** Counters since the pool was made; they only grow. Hit rate is `hits` ÷ `acquired`. */
export interface ObjectPoolStats {
  readonly created: number;
  readonly acquired: number;
  readonly released: number;
  /** Objects that were given out again. */
  readonly hits: number;
  /** Objects returned to a full pool. */
  readonly discarded: number;
  /** Returned objects that `validate` refused. */
  readonly invalid: number;
}

/** An object came back that was not given out: released twice, or never the pool's. */
export class ObjectPoolError extends Error {
  override readonly name = 'ObjectPoolError';
  readonly code = 'E_OBJECT_RELEASED';
}

/** Objects used over and over. The one returned last is given out first: it is the one still in the cache. */
export class ObjectPool<T extends object> {
  readonly #options: ObjectPoolOptions<T>;
  readonly #free: T[] = [];
  readonly #lent = new Set<T>();
  #created = 0;
  #released = 0;
  #hits = 0;
  #discarded = 0;
  #invalid = 0;

  /** @throws {RangeError} when `max` is not a whole number from 0 */
  constructor(options: ObjectPoolOptions<T>) {
    if (!Number.isInteger(options.max) || options.max < 0)
      throw new RangeError(`Expected \`max\` to be a whole number from 0, got ${options.max}`);
    this.#options = options;
  }

  /** Objects that wait to be given out. */
  get free(): number {
    return this.#free.length;
  }

  /** Objects given out and not returned. */
  get lent(): number {
    return this.#lent.size;
  }

  /** Never waits and never fails: an empty pool creates. */
  acquire(): T {
    const kept = this.#free.pop();
    if (kept === undefined) this.#created += 1;
    else this.#hits += 1;
    const object = kept ?? this.#options.create();
    this.#lent.add(object);
    return object;
  }

  /** @throws {ObjectPoolError} when the object is not lent: nothing is handed to two holders */
  release(object: T): void {
    if (!this.#lent.delete(object))
      throw new ObjectPoolError('Expected an object that this pool has lent; it was released before, or is another’s');
    this.#released += 1;
    if (this.#options.validate?.(object) === false) {
      this.#invalid += 1;
    } else if (this.#free.length >= this.#options.max) {
      this.#discarded += 1;
    } else {
      this.#options.reset(object);
      this.#free.push(object);
    }
  }

  stats(): ObjectPoolStats {
    return {
      created: this.#created,
      acquired: this.#created + this.#hits,
      released: this.#released,
      hits: this.#hits,
      discarded: this.#discarded,
      invalid: this.#invalid,
    };
  }
}
