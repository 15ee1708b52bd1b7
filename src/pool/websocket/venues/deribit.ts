import type { DecodedFrame, SequenceRule, StreamProtocol } from '../protocol.js';
import { draft, OTHER, reader } from './frame.js';

interface Frame {
  readonly id: number | string;
  readonly method: string;
  /** Of a subscription: the channels that it has now. Those that the venue does not know are left out. */
  readonly result: unknown;
  readonly error: { readonly message: string };
  readonly params: { readonly channel?: string; readonly data?: Payload; readonly type?: string };
}

type Payload = Change | Trades;
type Trades = readonly Trade[];

interface Change {
  readonly type?: 'snapshot' | 'change';
  readonly timestamp?: number;
  readonly change_id?: number;
  readonly prev_change_id?: number;
  readonly maintenance?: boolean;
}

interface Trade {
  readonly trade_seq: number;
  readonly timestamp: number;
}

const HEARTBEAT_S = 30;
// Its answer has an id that is none of a request, so it passes as a sign of life and no more.
const ALIVE = '{"jsonrpc":"2.0","id":"alive","method":"public/test","params":{}}';
const PLATFORM_STATE = 'platform_state';
/** Parts of the name of an instrument's book or trades. */
const INSTRUMENT_PARTS = 3;
const TEST_REQUEST: DecodedFrame = { kind: 'ping', reply: ALIVE };

/**
 * Public subscriptions of Deribit v2 (JSON-RPC 2.0; docs.deribit.com, "Subscriptions"). A stream is its channel,
 * `book.BTC-PERPETUAL.100ms`. The heartbeat that is asked for also keeps a connection without streams; it does not
 * scale, since the interval that is sent is the venue's to scale. Who subscribes to `platform_state` hears of
 * maintenance as a notice to leave.
 */
export const deribitStreams: StreamProtocol = {
  name: 'deribit',
  path: '/ws/api/v2',
  maxStreamsPerRequest: 500,
  maxRequestBytes: 32_768,
  // 3,000 credits a call, of 30,000 that fill up in 3 s: ten calls at once, and as many in every 3 s afterwards.
  requests: { count: 10, perMs: 3000 },
  requestsPerAddress: { count: 10, perMs: 3000 },
  // They are paid out of a pool of their own, which they cannot empty.
  freePings: true,
  maxConnections: 32,
  greeting: (id) => [
    `{"jsonrpc":"2.0","id":${id},"method":"public/set_heartbeat","params":{"interval":${HEARTBEAT_S}}}`,
  ],
  sequenceOf,
  encodeSubscribe: (channels, id) => encode('public/subscribe', channels, id),
  encodeUnsubscribe: (channels, id) => encode('public/unsubscribe', channels, id),
  decode: reader<Frame>((frame) => {
    const { params } = frame;
    return params?.channel !== undefined && params.data ? message(params.channel, params.data) : notice(frame);
  }),
};

function sequenceOf(channel: string): SequenceRule {
  const parts = channel.split('.');
  const plain = parts.length === INSTRUMENT_PARTS;
  // Longer names of books are of windows, whole in every message.
  if (parts[0] === 'book') return plain ? 'linked' : 'rising';
  // Longer names of trades are of a kind of instruments, with as many sequences as there are instruments.
  return parts[0] === 'trades' && plain ? 'contiguous' : 'none';
}

function encode(method: string, channels: readonly string[], id: number): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params: { channels } });
}

function notice({ id, method, error, params, result }: Partial<Frame>): DecodedFrame {
  if (method === 'heartbeat') return params?.type === 'test_request' ? TEST_REQUEST : OTHER;
  if (typeof id !== 'number') return OTHER;
  if (error) return { kind: 'ack', id, ok: false, error: error.message };
  return Array.isArray(result)
    ? { kind: 'ack', id, ok: true, accepts: result as string[] }
    : { kind: 'ack', id, ok: true };
}

function message(stream: string, payload: Payload): DecodedFrame {
  if (isTrades(payload)) return trades(stream, payload);
  const { type, change_id: lastId = 0, prev_change_id: prevId, timestamp } = payload;
  if (stream === PLATFORM_STATE) return payload.maintenance === true ? { kind: 'leaving' } : OTHER;
  const data = draft(stream, prevId === undefined ? lastId : Math.min(prevId + 1, lastId), lastId, payload);
  if (prevId !== undefined) data.prevId = prevId;
  if (type === 'snapshot') data.snapshot = true;
  if (timestamp !== undefined) data.sentAtMs = timestamp;
  return data;
}

function isTrades(payload: Payload): payload is Trades {
  return Array.isArray(payload);
}

function trades(stream: string, payload: Trades): DecodedFrame {
  const [first, last] = [payload[0], payload[payload.length - 1]];
  const data = draft(stream, first?.trade_seq ?? 0, last?.trade_seq ?? 0, payload);
  if (last !== undefined) data.sentAtMs = last.timestamp;
  return data;
}
