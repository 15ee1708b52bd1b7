import type { DriverFactory } from './driver.js';

type DriverModule = { readonly createDriver: DriverFactory };

/** The built-in drivers by name, loaded when one is used: an arm pays for no other client than its own. */
export const driverFactories: Readonly<Record<string, () => Promise<DriverModule>>> = {
  unpooled: () => import('./unpooled.js'),
  'unpooled-retry': () => import('./unpooled-retry.js'),
  default: () => import('./default.js'),
  pooled: () => import('./pooled.js'),
};
