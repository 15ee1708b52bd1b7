import type { RestResponse } from '../../venue.js';

const JSON_TYPE = { 'content-type': 'application/json' };

/** A request that the venue answers with an error body `{"code","msg","data":[]}`. */
export class OkxError extends Error {
  override readonly name = 'OkxError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }

  get response(): RestResponse {
    const body = JSON.stringify({ code: this.code, msg: this.message, data: [] });
    return { status: this.status, headers: JSON_TYPE, body };
  }
}

// Codes, statuses and wording: OKX API guide v5, error codes.
export const rejections = {
  notFound: () => new OkxError('404', 'Not Found', 404),
  badMethod: () => new OkxError('50115', 'Invalid request method.', 405),
  missing: (name: string) => new OkxError('50014', `Parameter ${name} can not be empty.`, 400),
  eitherMissing: (one: string, other: string) =>
    new OkxError('50015', `Either parameter ${one} or ${other} is required`, 400),
  badParameter: (name: string) => new OkxError('51000', `Parameter ${name} error`, 400),
  unknownInstrument: () => new OkxError('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.", 200),
};

const FAILURES: ReadonlyMap<number, readonly [code: string, message: string]> = new Map([
  [429, ['50011', 'Too Many Requests']],
  [500, ['50026', 'System error. Try again later']],
  [503, ['50001', 'Service temporarily unavailable. Please try again later.']],
]);

/** The venue's words for a failure that is not the request's; what never reaches it is answered by its CDN. */
export function failure(status: number): RestResponse {
  const words = FAILURES.get(status);
  if (words) return new OkxError(words[0], words[1], status).response;
  const page = `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { 'content-type': 'text/html' }, body: page };
}
