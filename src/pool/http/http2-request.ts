import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http2';
import { stringify } from 'node:querystring';
import { Readable } from 'node:stream';
import { type BodyInit, Response } from 'undici';
import type { WireRequest } from './exchange.js';

/** A request as node:http2 takes it. */
export interface Http2Request {
  readonly headers: OutgoingHttpHeaders;
  /** Undefined for a request without a body. */
  readonly body: Buffer | Readable | undefined;
}

// They speak of the connection, of which HTTP/2 itself takes care (RFC 9113, section 8.2.2).
const CONNECTION_SPECIFIC = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

const EXPECTS_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** @throws {TypeError} for a header that HTTP does not allow, and for `expect`, which undici refuses as well */
export function http2Request(request: WireRequest, authority: string): Http2Request {
  const { method, path, query } = request;
  const { fields, body } = contentOf(request);
  const { host = authority, ...rest } = fields;
  const headers = {
    ':method': method,
    ':scheme': 'https',
    ':authority': host,
    ':path': query ? `${path}?${stringify(query)}` : path,
    ...rest,
  };
  return { headers, body };
}

type Fields = Record<string, string | string[]>;
type HeaderValue = string | number | readonly string[] | null | undefined;

/** Headers of the caller's, with what the body adds to them. */
function contentOf(request: WireRequest): { readonly fields: Fields; readonly body: Http2Request['body'] } {
  const fields: Fields = {};
  for (const [name, value] of headerPairs(request.headers)) add(fields, name, value);
  const { type, body } = bodyOf(request.body);
  if (type !== undefined) fields['content-type'] ??= type;
  if (body instanceof Readable) return { fields, body };
  const bytes = body?.length ?? 0;
  if (bytes > 0 || EXPECTS_BODY.has(request.method)) fields['content-length'] = String(bytes);
  return { fields, body: bytes > 0 ? body : undefined };
}

function add(fields: Fields, given: string, value: HeaderValue): void {
  const name = given.toLowerCase();
  if (value === undefined || value === null || CONNECTION_SPECIFIC.has(name)) return;
  if (name === 'expect') throw new TypeError('expect header not supported');
  if (Array.isArray(value)) {
    for (const one of value) add(fields, name, one);
    return;
  }
  const text = String(value);
  if (name === 'te' && text.toLowerCase() !== 'trailers') return;
  validateHeaderName(name);
  validateHeaderValue(name, text);
  const before = fields[name];
  fields[name] = before === undefined ? text : [before, text].flat();
}

/** Headers in any of the forms that undici takes: names and values in turn, pairs, or an object. */
function* headerPairs(headers: WireRequest['headers']): Generator<[string, HeaderValue]> {
  if (!headers) return;
  if (Array.isArray(headers)) {
    for (let i = 0; i + 1 < headers.length; i += 2) yield [String(headers[i]), headers[i + 1]];
  } else if (Symbol.iterator in headers) yield* headers as Iterable<[string, HeaderValue]>;
  else yield* Object.entries(headers);
}

function bodyOf(body: unknown): { readonly type?: string | undefined; readonly body: Http2Request['body'] } {
  if (body === undefined || body === null) return { body: undefined };
  if (typeof body === 'string') return { body: Buffer.from(body) };
  if (body instanceof Readable) return { body };
  if (ArrayBuffer.isView(body)) return { body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
  if (body instanceof ArrayBuffer) return { body: Buffer.from(body) };
  if (Symbol.asyncIterator in Object(body) || Symbol.iterator in Object(body)) {
    if (!('append' in Object(body)))
      return { body: Readable.from(body as AsyncIterable<Uint8Array>, { objectMode: false }) };
  }
  // Forms and blobs become bytes as fetch makes them.
  const { headers, body: stream } = new Response(body as BodyInit);
  const type = headers.get('content-type') ?? undefined;
  return { type, body: stream ? Readable.from(stream, { objectMode: false }) : undefined };
}
