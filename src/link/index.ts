export { Link } from './link.js';
export { LinkedSocket } from './linked-socket.js';
export { Scheduler } from './scheduler.js';
export type { LinkParts, LinkSettings } from './settings.js';
