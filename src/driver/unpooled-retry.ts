import type { DriverFactory } from './driver.js';
import { UnpooledDriver } from './unpooled-driver.js';

/** Unpooled with as many tries as the pool has: shows how much of a pool's gain is retry alone. */
export const createDriver: DriverFactory = (context) => new UnpooledDriver(context, context.settings.tries);
