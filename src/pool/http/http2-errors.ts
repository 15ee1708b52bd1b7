import { constants } from 'node:http2';
import { resetError } from './errors.js';

// RFC 9113, section 7.
const NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

// The two sides do not understand each other; anything else is the server's own trouble, as a reset is.
const MISUNDERSTOOD = new Set<string>([
  'PROTOCOL_ERROR',
  'FLOW_CONTROL_ERROR',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'COMPRESSION_ERROR',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]);

/** What a server says that ends a stream or the connection with this code. */
export function resetBy(code: number, what: 'stream' | 'connection'): Error {
  const name = NAMES[code] ?? `error ${code}`;
  const text = `the server ended the ${what}: ${name}`;
  return MISUNDERSTOOD.has(name) ? Object.assign(new Error(text), { code: 'ERR_HTTP2_ERROR' }) : resetError(text);
}

/** A server that resets a stream with this code has not begun to work on it (RFC 9113, section 8.7). */
export function isRefusal(code: number): boolean {
  return code === constants.NGHTTP2_REFUSED_STREAM;
}
