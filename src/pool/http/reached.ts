import type { Socket } from 'node:net';
import type { Clock } from '../../base/index.js';
import { Alarm } from '../alarm.js';
import { PoolError, toError } from '../errors.js';
import { HttpDialError, type HttpDialStage } from './errors.js';

export interface Stage {
  readonly origin: string;
  readonly stage: HttpDialStage;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly limitMs: number | undefined;
}

/** Resolves when `socket` emits `event`; destroys it and rejects when it fails, is late or is given up before. */
export function reached(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  { origin, stage, signal, clock, limitMs }: Stage,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let localPort: number | null = null;
    const done = (): void => {
      socket.off(event, onReached).off('error', onError).off('close', onClose);
      signal?.removeEventListener('abort', onAbort);
      late.clear();
    };
    const fail = (cause: Error): void => {
      localPort = socket.localPort ?? localPort;
      done();
      socket.on('error', () => {}).destroy();
      reject(new HttpDialError(stage, localPort, `dial of ${origin} failed: ${cause.message}`, { cause }));
    };
    const onReached = (): void => {
      done();
      resolve();
    };
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(Object.assign(new Error('closed by the peer'), { code: 'ECONNRESET' }));
    const onAbort = (): void => fail(toError(signal?.reason));
    const late = new Alarm(clock, () => fail(new PoolError('E_POOL_TIMEOUT', `${stage} took over ${limitMs} ms`)));
    if (limitMs !== undefined) late.set(clock.now() + limitMs);
    // Before it connects a socket has no port yet, and asking for it now would make Node answer "none" ever after.
    if (event === 'secureConnect') localPort = socket.localPort ?? null;
    socket.on(event, onReached).on('error', onError).on('close', onClose);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
