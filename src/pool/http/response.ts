import { util } from 'undici';

/** Header names in lower case; a name that came more than once has a list. */
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface HttpConnectionResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Buffer;
}

/** Names and values in turn, as they came, made into an object. */
export function parseHeaders(rawHeaders: readonly Buffer[]): HttpHeaders {
  // Its type asks for an array that it may change; it does not.
  return util.parseHeaders(rawHeaders as Buffer[]);
}

export const CONTENT_LENGTH = Buffer.from('content-length');

/** The size of a response's body as its headers tell it; 0 when they do not, or when there is none to come. */
export function announcedBytes(method: string, status: number, rawHeaders: readonly Buffer[]): number {
  if (method === 'HEAD' || status < 200 || status === 304) return 0;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    const value = rawHeaders[i + 1];
    if (name && value && isNamed(name, CONTENT_LENGTH)) return digits(value);
  }
  return 0;
}

/** Is this header called `wanted`, given in lower case? No string is made: every response passes here. */
export function isNamed(name: Buffer, wanted: Buffer): boolean {
  if (name.length !== wanted.length) return false;
  for (let i = 0; i < name.length; i += 1) if (((name[i] ?? 0) | 0x20) !== wanted[i]) return false;
  return true;
}

// The parser has seen to it that they are digits.
function digits(text: Buffer): number {
  let value = 0;
  for (let i = 0; i < text.length; i += 1) value = 10 * value + ((text[i] ?? 0) - 0x30);
  return value;
}

/** A whole response; its headers are read when somebody asks for them. */
export class WholeResponse implements HttpConnectionResponse {
  readonly status: number;
  readonly body: Buffer;
  readonly #rawHeaders: readonly Buffer[];
  #headers: HttpHeaders | undefined;

  constructor(status: number, rawHeaders: readonly Buffer[], body: Buffer) {
    this.status = status;
    this.body = body;
    this.#rawHeaders = rawHeaders;
  }

  get headers(): HttpHeaders {
    this.#headers ??= parseHeaders(this.#rawHeaders);
    return this.#headers;
  }
}

const EMPTY = Buffer.alloc(0);

/** Collects the pieces of one response. */
export class ResponsePieces {
  status = 0;
  rawHeaders: readonly Buffer[] = [];
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;

  head(status: number, rawHeaders: readonly Buffer[]): void {
    this.status = status;
    this.rawHeaders = rawHeaders;
  }

  data(chunk: Buffer): void {
    if (this.#first === undefined) this.#first = chunk;
    else (this.#more ??= [this.#first]).push(chunk);
  }

  get body(): Buffer {
    return this.#more ? Buffer.concat(this.#more) : (this.#first ?? EMPTY);
  }
}

/** A sink that gives the whole response at once. */
export class BufferedResponse {
  readonly #pieces = new ResponsePieces();
  readonly #done: (response: HttpConnectionResponse) => void;
  readonly failed: (error: Error) => void;

  constructor(done: (response: HttpConnectionResponse) => void, failed: (error: Error) => void) {
    this.#done = done;
    this.failed = failed;
  }

  head(status: number, rawHeaders: readonly Buffer[]): boolean {
    if (status >= 200) this.#pieces.head(status, rawHeaders);
    return true;
  }

  data(chunk: Buffer): boolean {
    this.#pieces.data(chunk);
    return true;
  }

  ended(): void {
    const { status, rawHeaders, body } = this.#pieces;
    this.#done(new WholeResponse(status, rawHeaders, body));
  }
}
