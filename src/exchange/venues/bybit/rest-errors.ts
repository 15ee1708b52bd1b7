import type { RestResponse } from '../../venue.js';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const TOO_FREQUENT = 'access too frequent';

/** A request that the venue answers, under status 200, with a `retCode` other than 0. */
export class BybitError extends Error {
  override readonly name = 'BybitError';
  readonly retCode: number;

  constructor(retCode: number, message: string) {
    super(message);
    this.retCode = retCode;
  }
}

// Codes: Bybit v5 documentation, "Error Codes".
export const rejections = {
  missing: (name: string) => new BybitError(10_001, `params error: ${name} is required`),
  invalid: (name: string) => new BybitError(10_001, `params error: ${name} invalid`),
};

/** An answer in the venue's envelope; `result` is JSON. */
export function envelope(retCode: number, retMsg: string, result: string, wallMs: number): string {
  const head = `"retCode":${retCode},"retMsg":${JSON.stringify(retMsg)}`;
  return `{${head},"result":${result},"retExtInfo":{},"time":${Math.floor(wallMs)}}`;
}

export function jsonResponse(status: number, body: string): RestResponse {
  return { status, headers: JSON_TYPE, body };
}

/** The venue's words for a failure that is not the request's. */
export function failure(status: number, wallMs: number): RestResponse {
  const inEnvelope = (retCode: number, retMsg: string): RestResponse =>
    jsonResponse(status, envelope(retCode, retMsg, '{}', wallMs));
  if (status === 403) return { status, headers: { 'content-type': 'text/plain' }, body: TOO_FREQUENT };
  if (status === 429) return inEnvelope(10_429, 'System level frequency protection');
  if (status === 504) return inEnvelope(10_000, 'Server Timeout');
  if (status === 500 || status === 503) return inEnvelope(10_016, 'Server error.');
  return { status, headers: { 'content-type': 'text/html' }, body: `<html><body><h1>${status}</h1></body></html>` };
}
