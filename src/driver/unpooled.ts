import type { DriverFactory } from './driver.js';
import { UnpooledDriver } from './unpooled-driver.js';

/** A connection for every request, one attempt each; a bare socket for every stream. */
export const createDriver: DriverFactory = (context) => new UnpooledDriver(context, 1);
