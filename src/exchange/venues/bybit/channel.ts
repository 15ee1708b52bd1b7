import type { Counter, Feed } from '../../feed/index.js';
import type { BybitContext } from './endpoint.js';
import type { Instrument } from './instruments.js';

/** What a channel may look at; `counter` outlives it, for topics whose messages have no id of their own. */
export interface ChannelContext extends BybitContext {
  readonly counter: Counter;
}

/** Opens the feed of a topic, which is about this instrument. */
export type OpenChannel = (context: ChannelContext, instrument: Instrument, topic: string) => Feed;

/** The beginning of a message, up to its data: contracts say the type before the time, all others after it. */
export function messageHead(
  { contract }: Pick<Instrument, 'contract'>,
  topic: string,
  type: 'snapshot' | 'delta',
  ts: number,
): string {
  return contract
    ? `{"topic":"${topic}","type":"${type}","ts":${ts}`
    : `{"topic":"${topic}","ts":${ts},"type":"${type}"`;
}
