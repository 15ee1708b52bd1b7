import type { Fault } from './fault.js';

/** Answers promise a length and break off half-way: the connection ends inside the body. Empty bodies are spared. */
export function truncatedBody(): Fault {
  return {
    unit: 'request',
    truncate: (bodyBytes) => (bodyBytes > 0 ? Math.floor(bodyBytes / 2) : undefined),
  };
}
