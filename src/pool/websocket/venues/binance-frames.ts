import type { DecodedFrame, StreamCodec } from '../protocol.js';
import { draft, OTHER, reader } from './frame.js';

interface Frame {
  readonly stream: string;
  readonly data: Event;
  readonly e: string;
  readonly id: number | string | null;
  readonly code: number;
  readonly msg: string;
  readonly error: { readonly msg?: string };
}

/** What is read of an event; `e` is its type, which books of a few levels and spot's touch do not have. */
interface Event {
  readonly e?: string;
  readonly E?: number;
  readonly t?: number;
  readonly a?: unknown;
  readonly U?: number;
  readonly u?: number;
  readonly pu?: number;
  readonly lastUpdateId?: number;
}

const SHUTDOWN_STREAM = '!serverShutdown';
const SHUTDOWN_EVENT = 'serverShutdown';
const NOTICE: DecodedFrame = { kind: 'leaving' };

/** The frames that both Binance exchanges share, in combined form. `unitsPerMs` is the unit of their time stamps. */
export function binanceCodec(unitsPerMs: number): StreamCodec {
  return {
    encodeSubscribe: (streams, id) => JSON.stringify({ method: 'SUBSCRIBE', params: streams, id }),
    encodeUnsubscribe: (streams, id) => JSON.stringify({ method: 'UNSUBSCRIBE', params: streams, id }),
    decode: reader<Frame>((frame) => {
      const { stream, data } = frame;
      if (stream === undefined || !data) return notice(frame);
      return stream === SHUTDOWN_STREAM ? NOTICE : message(stream, data, unitsPerMs);
    }),
  };
}

function notice({ e, id, code, msg, error }: Partial<Frame>): DecodedFrame {
  if (e === SHUTDOWN_EVENT) return NOTICE;
  if (typeof id !== 'number') return OTHER;
  if (code === undefined && !error) return { kind: 'ack', id, ok: true };
  return { kind: 'ack', id, ok: false, error: error?.msg ?? msg ?? 'refused' };
}

function message(stream: string, event: Event, unitsPerMs: number): DecodedFrame {
  const { pu, E } = event;
  const lastId = lastIdOf(event);
  // Of linked events `U` tells less than `pu`: ids between them are other books'.
  const firstId = pu === undefined ? (event.U ?? lastId) : Math.min(pu + 1, lastId);
  const data = draft(stream, firstId, lastId, event);
  if (pu !== undefined) data.prevId = pu;
  if (E !== undefined) data.sentAtMs = E / unitsPerMs;
  return data;
}

function lastIdOf({ e, a, t, u, lastUpdateId }: Event): number {
  if (u !== undefined) return u;
  if (e === 'trade') return t ?? 0;
  return e === 'aggTrade' ? Number(a) : (lastUpdateId ?? 0);
}
