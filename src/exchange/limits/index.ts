export { CalendarWindow } from './calendar-window.js';
export { PerAddress } from './per-address.js';
export { RollingWindow } from './rolling-window.js';
export { TokenBucket } from './token-bucket.js';
