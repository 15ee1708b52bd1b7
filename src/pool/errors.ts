/** Codes of the errors that a pool raises on purpose. */
export type PoolErrorCode =
  | 'E_POOL_TIMEOUT'
  | 'E_POOL_ABORTED'
  | 'E_POOL_QUEUE_FULL'
  | 'E_POOL_CLOSED'
  | 'E_POOL_DIAL'
  | 'E_POOL_RELEASED'
  | 'E_POOL_OPTIONS';

/** An expected failure of a pool; `cause` keeps what lay behind it (a dial error, an abort reason). */
export class PoolError extends Error {
  override readonly name = 'PoolError';
  readonly code: PoolErrorCode;

  constructor(code: PoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Told to release what this pool did not lend, but `home` did, if it is a lease at all. */
export function foreignLease(pool: string, lease: unknown, home: { readonly name: string } | undefined): PoolError {
  const { id, connectionId } = (lease ?? {}) as { id?: number; connectionId?: number };
  if (id === undefined) return new PoolError('E_POOL_RELEASED', `pool "${pool}": what was released is no lease`);
  let owner = 'no pool';
  if (home) owner = home.name === pool ? 'another pool of the same name' : `pool "${home.name}"`;
  const text = `lease ${id} of connection ${connectionId} is of ${owner}, not of "${pool}"`;
  return new PoolError('E_POOL_RELEASED', text);
}

export function releasedBefore({
  id,
  connectionId,
}: {
  readonly id: number;
  readonly connectionId: number;
}): PoolError {
  return new PoolError('E_POOL_RELEASED', `lease ${id} of connection ${connectionId} was released before`);
}

export function badDuration(pool: string, name: string, value: unknown): PoolError {
  return new PoolError(
    'E_POOL_OPTIONS',
    `pool "${pool}": expected ${name} to be milliseconds of at least 0, got ${String(value)}`,
  );
}

/** What was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
