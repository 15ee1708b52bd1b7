export { LinkedSocket } from './linked-socket.js';
export { Scheduler } from './scheduler.js';
export { FAULTS, type Fault, type FaultableConnection, type FaultTarget } from './faults/index.js';
