import type { Interval } from '../../market/index.js';
import { findInterval } from '../binance-common/intervals.js';

/** Finds an interval by name; the futures market has no seconds. */
export function findContractInterval(name: string): Interval | undefined {
  return name === '1s' ? undefined : findInterval(name);
}
