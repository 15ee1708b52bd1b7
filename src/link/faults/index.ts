import type { Fault } from './fault.js';
import { refuse } from './refuse.js';
import { reset } from './reset.js';
import { silence } from './silence.js';

/** Every fault by name. */
export const FAULTS = { refuse, reset, silence } as const satisfies Record<string, Fault>;

export { type Fault, type FaultableConnection, type FaultTarget } from './fault.js';
