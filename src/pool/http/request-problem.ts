import { PoolError } from '../errors.js';
import type { HttpRequest } from './contracts.js';

/** What is wrong with the numbers of a request, if anything: E_POOL_OPTIONS. */
export function requestProblem({ timeoutMs, hedgeAfterMs, maxResponseBytes }: HttpRequest): PoolError | undefined {
  return (
    negative('timeoutMs', timeoutMs) ??
    negative('hedgeAfterMs', hedgeAfterMs) ??
    negative('maxResponseBytes', maxResponseBytes)
  );
}

function negative(name: string, value: number | undefined): PoolError | undefined {
  if (value === undefined || value >= 0) return undefined;
  return new PoolError('E_POOL_OPTIONS', `expected ${name} of a request to be at least 0, got ${value}`);
}
