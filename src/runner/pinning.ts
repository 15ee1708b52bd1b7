import { allowedCores } from '../base/index.js';

/** The cores that exchange and arms are pinned to; null where there are fewer than two, or none can be chosen. */
export interface Pinning {
  readonly exchange: number;
  readonly arm: number;
}

export function choosePinning(): Pinning | null {
  const [exchange, arm] = allowedCores();
  return exchange === undefined || arm === undefined ? null : { exchange, arm };
}
