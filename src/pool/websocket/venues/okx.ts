import type { DecodedFrame, SequenceRule, StreamCodec, StreamProtocol } from '../protocol.js';
import { draft, OTHER, reader } from './frame.js';
import { OkxAnswers } from './okx-answers.js';
import { StreamNames } from './stream-names.js';
import { wholeNumber } from './whole-number.js';

interface Frame {
  readonly id: string;
  readonly event: string;
  readonly code: string;
  readonly msg: string;
  readonly arg: { readonly channel: string; readonly instId?: string; readonly instType?: string };
  readonly action: 'snapshot' | 'update';
  readonly data: readonly Row[];
}

interface Row {
  readonly ts?: string;
  readonly seqId?: number;
  readonly prevSeqId?: number;
  readonly tradeId?: string;
  /** Trades that a message of `trades` stands for; its id is that of the last. */
  readonly count?: string;
}

const RULES: ReadonlyMap<string, SequenceRule> = new Map([
  ['books', 'linked'],
  ['books-l2-tbt', 'linked'],
  ['books50-l2-tbt', 'linked'],
  ['books5', 'rising'],
  ['bbo-tbt', 'rising'],
  ['trades', 'contiguous'],
  ['trades-all', 'contiguous'],
]);
/** Channels that are subscribed to by the type of instrument. */
const OF_TYPES: ReadonlySet<string> = new Set(['liquidation-orders']);
const UPGRADE_NOTICE = '64008';
/** Errors about a whole request; the others are about one channel of it, which they do not name. */
const OF_REQUESTS: ReadonlySet<string> = new Set(['60011', '60012', '60013', '60019', '60028', '60033']);
/** Too many requests, or an error of the venue's own. */
const LATER: ReadonlySet<string> = new Set(['60014', '64007']);
const NOTICE_MS = 60_000;
const names = new StreamNames((channel, subject) => `${channel}:${subject}`);
const PONG: DecodedFrame = { kind: 'pong' };

/**
 * Public channels of OKX v5 (OKX API guide, "WebSocket"): books, trades, tickers. A stream is named
 * `<channel>:<instId>`, or `liquidation-orders:<instType>`.
 */
export const okxStreams: StreamProtocol = okxProtocol('okx', '/ws/v5/public');

/** Channels that OKX serves at its business address: `candle1m:BTC-USDT`, `trades-all:BTC-USDT`. */
export const okxBusinessStreams: StreamProtocol = okxProtocol('okx-business', '/ws/v5/business');

function okxProtocol(name: string, path: string): StreamProtocol {
  return {
    name,
    path,
    maxStreamsPerRequest: 200,
    maxRequestBytes: 65_536,
    requests: { count: 480, perMs: 3_600_000 },
    freePings: true,
    // The limit exists (close code 4009) and its number is not published: about what fits into one request.
    maxStreamsPerConnection: 1000,
    connects: { count: 3, perMs: 1000 },
    // The venue closes what it has sent nothing to for 30 s; its pong counts.
    heartbeat: { everyMs: 15_000, encode: () => 'ping' },
    sequenceOf: (stream) => RULES.get(stream.slice(0, stream.indexOf(':'))) ?? 'none',
    ...okxCodec(),
    open: okxCodec,
  };
}

function okxCodec(): StreamCodec {
  const answers = new OkxAnswers();
  const encode = (op: string, streams: readonly string[], id: number): string => {
    answers.expect(id, streams);
    return JSON.stringify({ id: String(id), op, args: streams.map(argumentOf) });
  };
  const read = reader<Frame>((frame) => {
    const { arg, data } = frame;
    return arg && data ? message(arg, data, frame.action) : notice(frame, answers);
  });
  return {
    encodeSubscribe: (streams, id) => encode('subscribe', streams, id),
    encodeUnsubscribe: (streams, id) => encode('unsubscribe', streams, id),
    decode: (text) => (text === 'pong' ? PONG : read(text)),
  };
}

function argumentOf(stream: string): Frame['arg'] {
  const [channel = '', subject = ''] = stream.split(':');
  return OF_TYPES.has(channel) ? { channel, instType: subject } : { channel, instId: subject };
}

function notice({ id, event, code = '', msg, arg }: Partial<Frame>, answers: OkxAnswers): DecodedFrame {
  if (event === 'notice' && code === UPGRADE_NOTICE) return { kind: 'leaving', withinMs: NOTICE_MS };
  if (id === undefined || event === undefined) return OTHER;
  if (event !== 'error') return arg ? answers.accepted(Number(id), streamOf(arg)) : OTHER;
  // To be sent again: as if it had not been answered.
  if (LATER.has(code)) return OTHER;
  const error = msg ?? 'refused';
  return OF_REQUESTS.has(code) ? answers.refusedAll(Number(id), error) : answers.refused(Number(id), error);
}

function streamOf({ channel, instId, instType }: Frame['arg']): string {
  return names.of(channel, instId ?? instType ?? '');
}

function message(arg: Frame['arg'], rows: readonly Row[], action: Frame['action'] | undefined): DecodedFrame {
  const stream = streamOf(arg);
  const first = rows[0];
  const last = rows.length === 1 ? first : rows[rows.length - 1];
  const lastId = lastIdOf(last);
  const prevId = action === 'update' ? first?.prevSeqId : undefined;
  const firstId = prevId === undefined ? lastIdOf(first) - countOf(first) + 1 : Math.min(prevId + 1, lastId);
  const data = draft(stream, firstId, lastId, rows);
  if (prevId !== undefined) data.prevId = prevId;
  if (action === 'snapshot') data.snapshot = true;
  const sentAtMs = wholeNumber(last?.ts ?? '');
  if (sentAtMs >= 0) data.sentAtMs = sentAtMs;
  return data;
}

/** A book stands for its own id alone; a trade message for as many as it counts, up to its id. */
function countOf(row: Row | undefined): number {
  return row?.count === undefined ? 1 : wholeNumber(row.count);
}

function lastIdOf(row: Row | undefined): number {
  return row?.tradeId === undefined ? (row?.seqId ?? 0) : wholeNumber(row.tradeId);
}
