import type { DecodedFrame, SequenceRule, StreamCodec, StreamProtocol } from '../protocol.js';
import { CoinbaseAnswers, type RequestKind } from './coinbase-answers.js';
import { draft, OTHER, reader } from './frame.js';
import { IsoClock } from './iso-clock.js';
import { StreamNames } from './stream-names.js';

interface Frame {
  readonly type: string;
  readonly product_id: string;
  readonly trade_id: number;
  readonly time: string;
  readonly channels: readonly { readonly name: string; readonly product_ids?: readonly string[] }[];
  readonly message: string;
  readonly reason: string;
}

/** What is read of a connection's frames depends on what was asked for and answered before. */
interface Memory {
  readonly answers: CoinbaseAnswers;
  readonly clock: IsoClock;
  /** Streams by channel and product, where one channel stands for all whose messages look the same. */
  readonly names: StreamNames;
}

const RULES: ReadonlyMap<string, SequenceRule> = new Map([
  ['matches', 'contiguous'],
  ['ticker', 'rising'],
  ['ticker_batch', 'rising'],
]);
/** Channels by the type of their messages. */
const CHANNELS: ReadonlyMap<string, string> = new Map([
  ['match', 'matches'],
  ['last_match', 'matches'],
  ['ticker', 'ticker'],
  ['snapshot', 'level2'],
  ['l2update', 'level2'],
  ['heartbeat', 'heartbeat'],
]);
const BATCH = /_batch$/;
const STATUS = 'status';

/**
 * The feed of Coinbase Exchange (Coinbase Exchange documentation, "WebSocket feed"). A stream is named
 * `<channel>:<product>`, for example `matches:BTC-USD`, or `status`. Messages do not tell a channel from its `_batch`
 * form, so a connection that has both of a product gives all of them to the one it subscribed to last. Books
 * (`level2_batch`) have no numbers: what they lose cannot be seen.
 */
export const coinbaseStreams: StreamProtocol = {
  name: 'coinbase',
  path: '/',
  maxStreamsPerRequest: 100,
  requests: { count: 100, perMs: 1000 },
  requestsPerAddress: { count: 100, perMs: 1000 },
  // 8 a second with bursts of 20.
  connects: { count: 20, perMs: 2500 },
  maxEmptyMs: 5000,
  sequenceOf: (stream) => RULES.get(stream.slice(0, stream.indexOf(':'))) ?? 'none',
  ...coinbaseCodec(),
  open: coinbaseCodec,
};

function coinbaseCodec(): StreamCodec {
  const memory: Memory = { answers: new CoinbaseAnswers(), clock: new IsoClock(), names: new StreamNames(nameOf) };
  const encode = (kind: RequestKind, streams: readonly string[], id: number): string => {
    memory.answers.expect(kind, streams, id);
    if (kind === 'subscribe') for (const stream of streams) rename(memory.names, stream);
    return JSON.stringify({ type: kind, channels: channelsOf(streams) });
  };
  return {
    encodeSubscribe: (streams, id) => encode('subscribe', streams, id),
    encodeUnsubscribe: (streams, id) => encode('unsubscribe', streams, id),
    decode: reader<Frame>((frame) => {
      const channel = CHANNELS.get(frame.type ?? '');
      return channel === undefined ? notice(frame, memory) : message(channel, frame, memory);
    }),
  };
}

function nameOf(channel: string, product: string): string {
  return `${channel}:${product}`;
}

function rename(names: StreamNames, stream: string): void {
  const [channel = '', product = ''] = stream.split(':', 2);
  names.set(channel.replace(BATCH, ''), product, stream);
}

/** The channels of a request, each with its products. */
function channelsOf(
  streams: readonly string[],
): readonly (string | { name: string; product_ids: readonly string[] })[] {
  const products = new Map<string, string[]>();
  for (const stream of streams) {
    const [channel = '', product] = stream.split(':', 2);
    const list = products.get(channel) ?? [];
    if (product !== undefined) list.push(product);
    products.set(channel, list);
  }
  return [...products].map(([name, ids]) => (ids.length > 0 ? { name, product_ids: ids } : name));
}

function notice(frame: Partial<Frame>, { answers }: Memory): DecodedFrame {
  const { type, channels, message: text, reason } = frame;
  if (type === STATUS) return draft(STATUS, 0, 0, frame);
  if (type === 'subscriptions' && channels) return answers.listed(liveStreams(channels));
  if (type !== 'error') return OTHER;
  return answers.refused(/unsubscribe/.test(text ?? '') ? 'unsubscribe' : 'subscribe', reason ?? text ?? 'refused');
}

function liveStreams(channels: Frame['channels']): ReadonlySet<string> {
  return new Set(
    channels.flatMap(({ name, product_ids: ids = [] }) => (ids.length > 0 ? ids.map((id) => `${name}:${id}`) : [name])),
  );
}

function message(channel: string, frame: Partial<Frame>, { names, clock }: Memory): DecodedFrame {
  const { type, trade_id: id = 0, time } = frame;
  const data = draft(names.of(channel, frame.product_id ?? ''), id, id, frame);
  if (type === 'snapshot') data.snapshot = true;
  const sentAtMs = time === undefined ? Number.NaN : clock.read(time);
  if (sentAtMs >= 0) data.sentAtMs = sentAtMs;
  return data;
}
