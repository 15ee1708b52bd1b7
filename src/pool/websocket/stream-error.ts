/**
 * `E_STREAM_TAKEN`: the stream is subscribed to already. `E_STREAM_REJECTED`: the venue refused it.
 * `E_STREAM_CLOSED`: the subscription or the pool was closed first. `E_STREAM_OVERFLOW`: its consumer was too slow.
 */
export type StreamErrorCode = 'E_STREAM_TAKEN' | 'E_STREAM_REJECTED' | 'E_STREAM_CLOSED' | 'E_STREAM_OVERFLOW';

export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly code: StreamErrorCode;
  readonly stream: string;

  constructor(code: StreamErrorCode, stream: string, message: string) {
    super(message);
    this.code = code;
    this.stream = stream;
  }
}

/** Why whatever waits for a stream that is closed waits in vain. */
export function streamClosed(stream: string): StreamError {
  return new StreamError('E_STREAM_CLOSED', stream, `${stream} was closed`);
}
