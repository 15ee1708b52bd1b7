import { describe, expect, it } from 'vitest';
import { kindOfError, kindOfStatus, OperationError } from '../../src/driver/index.js';

const coded = (code: string, cause?: unknown): Error => Object.assign(new Error(code, { cause }), { code });

describe('kindOfError', () => {
  it.each([
    [coded('ECONNREFUSED'), 'refused'],
    [coded('ECONNRESET'), 'reset'],
    [coded('UND_ERR_SOCKET'), 'reset'],
    [coded('UND_ERR_HEADERS_TIMEOUT'), 'timeout'],
    [coded('CERT_HAS_EXPIRED'), 'tls'],
    [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls'],
    [new DOMException('late', 'TimeoutError'), 'timeout'],
    [new DOMException('stop', 'AbortError'), 'aborted'],
    [new OperationError('rateLimited'), 'rateLimited'],
    [new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), 'refused'],
    [new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]), 'refused'],
    [new Error('what?'), 'protocol'],
    ['not even an error', 'protocol'],
  ])('classes %s as %s', (error, kind) => {
    expect(kindOfError(error)).toBe(kind);
  });
});

describe('kindOfStatus', () => {
  it.each([
    [200, null],
    [304, null],
    [404, 'http4xx'],
    [418, 'rateLimited'],
    [429, 'rateLimited'],
    [503, 'http5xx'],
  ])('classes %s as %s', (status, kind) => {
    expect(kindOfStatus(status)).toBe(kind);
  });
});
