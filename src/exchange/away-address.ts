import { isIPv4 } from 'node:net';

/** Endpoint 0 moves to 127.0.0.16, the next one to 127.0.0.17, and so on. */
const FIRST = 16;
/** The address behind it is where ports are held. */
const LAST = 253;

/** Where the endpoint of this index goes when it has to move. */
export function awayAddress(index: number): string {
  return `127.0.0.${FIRST + index}`;
}

/** Whether this many endpoints that listen on `host` all have somewhere else to go. */
export function canMove(host: string, endpoints: number): boolean {
  const away = Array.from({ length: endpoints }, (_, index) => awayAddress(index));
  return isIPv4(host) && host.startsWith('127.') && !away.includes(host) && FIRST + endpoints - 1 <= LAST;
}
