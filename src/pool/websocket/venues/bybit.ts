import type { DecodedFrame, SequenceRule, StreamCodec, StreamProtocol } from '../protocol.js';
import { draft, OTHER, reader } from './frame.js';
import { StreamNames } from './stream-names.js';
import { wholeNumber } from './whole-number.js';

interface Frame {
  readonly topic: string;
  readonly type: 'snapshot' | 'delta';
  readonly ts: number;
  readonly data: Payload;
  readonly success: boolean;
  readonly ret_msg: string;
  readonly req_id: string;
  readonly op: string;
}

type Payload = { readonly u?: number } | Rows;
type Rows = readonly { readonly i?: string }[];

/** Markets that have a socket each. */
export type BybitCategory = 'spot' | 'linear' | 'inverse';

// Spot executions have numbers of nineteen digits, more than a JavaScript number holds; the last fifteen tell enough.
const KEPT_DIGITS = 15;
const SPOT_ARGUMENTS = 10;
const MOST_ARGUMENTS = 500;
const ARGUMENTS_LENGTH = 21_000;
// A topic in a list, with its quotation marks and its comma.
const PER_TOPIC = 3;
const BOOK = 'orderbook.';
// The book of one level is whole in every message, so that none of them begins it anew.
const TOUCH = 'orderbook.1.';
// What the venue counts from when its service was restarted.
const FIRST_ID = 1;
const names = new StreamNames((category, topic) => `${category}:${topic}`);
const PONG: DecodedFrame = { kind: 'pong' };

/** Bybit v5 spot; see {@link bybitStreams}. */
export const bybitSpotStreams: StreamProtocol = bybitStreams('spot');

/** Bybit v5 linear contracts; see {@link bybitStreams}. */
export const bybitLinearStreams: StreamProtocol = bybitStreams('linear');

/**
 * Public topics of Bybit v5 (Bybit v5 documentation, "Connect" and "WebSocket stream"). A stream is named
 * `<category>:<topic>`, for example `spot:orderbook.50.BTCUSDT`, since the same topic exists in several markets.
 */
export function bybitStreams(category: BybitCategory): StreamProtocol {
  return {
    name: `bybit-${category}`,
    path: `/v5/public/${category}`,
    maxStreamsPerRequest: category === 'spot' ? SPOT_ARGUMENTS : MOST_ARGUMENTS,
    // Not published; what the futures of another venue take.
    requests: { count: 10, perMs: 1000 },
    argumentLength: { max: ARGUMENTS_LENGTH, of: (stream) => stream.length - category.length - 1 + PER_TOPIC },
    connects: { count: 500, perMs: 300_000 },
    maxConnections: 1000,
    heartbeat: { everyMs: 20_000, encode: (id) => `{"req_id":"${id}","op":"ping"}` },
    sequenceOf: (stream) => ruleOf(category, stream.slice(category.length + 1)),
    ...bybitCodec(category),
  };
}

// Trades of contracts have random ids, and several share a `seq`. `u` is taken to rise by one.
function ruleOf(category: BybitCategory, topic: string): SequenceRule {
  if (topic.startsWith(BOOK)) return 'contiguous';
  return category === 'spot' && topic.startsWith('publicTrade.') ? 'rising' : 'none';
}

function bybitCodec(category: BybitCategory): StreamCodec {
  const prefix = `${category}:`;
  const topicOf = (stream: string): string => (stream.startsWith(prefix) ? stream.slice(prefix.length) : stream);
  const encode = (op: string, streams: readonly string[], id: number): string =>
    JSON.stringify({ req_id: String(id), op, args: streams.map(topicOf) });
  return {
    encodeSubscribe: (streams, id) => encode('subscribe', streams, id),
    encodeUnsubscribe: (streams, id) => encode('unsubscribe', streams, id),
    decode: reader<Frame>((frame) => {
      const { topic, data } = frame;
      return topic !== undefined && data ? message(names.of(category, topic), topic, frame, data) : notice(frame);
    }),
  };
}

function notice({ success, ret_msg: text, req_id: id, op }: Partial<Frame>): DecodedFrame {
  // Spot repeats the client's `ping`, options say `pong`.
  if (op === 'ping' || op === 'pong') return PONG;
  if (success === undefined || id === undefined) return OTHER;
  return success
    ? { kind: 'ack', id: Number(id), ok: true }
    : { kind: 'ack', id: Number(id), ok: false, error: text || 'refused' };
}

function message(stream: string, topic: string, { type, ts }: Partial<Frame>, payload: Payload): DecodedFrame {
  const data = isRows(payload) ? trades(stream, payload) : draft(stream, payload.u ?? 0, payload.u ?? 0, payload);
  if (type === 'snapshot' && !isRows(payload) && beginsBook(topic, data.lastId)) data.snapshot = true;
  if (ts !== undefined) data.sentAtMs = ts;
  return data;
}

function isRows(payload: Payload): payload is Rows {
  return Array.isArray(payload);
}

function beginsBook(topic: string, id: number): boolean {
  return topic.startsWith(BOOK) && (id === FIRST_ID || !topic.startsWith(TOUCH));
}

function trades(stream: string, rows: Rows): ReturnType<typeof draft> {
  const lastId = tradeId(rows[rows.length - 1]?.i);
  return draft(stream, rows.length === 1 ? lastId : tradeId(rows[0]?.i), lastId, rows);
}

/** 0 where executions have no numbers. */
function tradeId(execution: string | undefined): number {
  const id = execution === undefined ? 0 : wholeNumber(execution, Math.max(0, execution.length - KEPT_DIGITS));
  return id >= 0 ? id : 0;
}
