import { Beat, type Feed, type FeedEvent } from '../../../feed/index.js';
import type { BookLevels } from '../../../market/index.js';
import { bookChecksum, changedLevels, crossedLevels, sidesJson } from '../levels.js';
import type { ChannelContext } from './channel.js';

const DEPTH = 400;
const PERIOD_MS = 100;

interface BookState {
  readonly change: number;
  readonly levels: BookLevels;
  readonly sentAtMs: number;
}

/**
 * `books`: the 400 best levels as a snapshot, then what changed each 100 ms; `seqId` is the book's update id and
 * `prevSeqId` that of the push before. A book that stands still says so with an empty push.
 */
export function incrementalBook(context: ChannelContext): Feed {
  const { instrument, time, rules } = context;
  const { book, spec } = instrument.market;
  const stateAt = (change: number, sentAtMs: number): BookState => ({
    change,
    levels: book.levels(change, DEPTH),
    sentAtMs,
  });
  const start = time.marketNow();
  const beat = new Beat(PERIOD_MS, spec.rank, start);
  let sent = stateAt(book.changeAt(start), start);
  return {
    symbol: instrument.id,
    get nextId() {
      return book.updateId(sent.change) + 1;
    },
    greet: () => [bookEvent(context, 'snapshot', sent, sent)],
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const change = book.changeAt(marketMs);
      const before = sent;
      if (change === before.change) {
        if (marketMs - before.sentAtMs < rules.quietBookMs) return [];
        sent = { ...before, sentAtMs: marketMs };
      } else sent = stateAt(change, marketMs);
      return [bookEvent(context, 'update', before, sent)];
    },
  };
}

/** `books5` and `bbo-tbt`: the best levels whenever they changed, and again when they have not for long. */
export function topOfBook(depth: number, periodMs: number, withId: boolean) {
  return (context: ChannelContext): Feed => {
    const { instrument, time, books, rules } = context;
    const { book, spec } = instrument.market;
    const start = time.marketNow();
    const beat = new Beat(periodMs, spec.rank, start);
    const sidesAt = (change: number): string => books.sides(instrument, change, depth);
    let seen = book.changeAt(start);
    let sent = { change: seen, sides: sidesAt(seen), sentAtMs: start };
    const event = (): FeedEvent => topEvent(context, sent.change, sent.sides, { depth, withId });
    return {
      symbol: instrument.id,
      get nextId() {
        return book.updateId(sent.change) + 1;
      },
      greet: () => [event()],
      poll: (marketMs) => {
        if (!beat.due(marketMs)) return [];
        const quiet = marketMs - sent.sentAtMs >= rules.quietBookMs;
        const change = book.changeAt(marketMs);
        if (change === seen && !quiet) return [];
        seen = change;
        const sides = sidesAt(change);
        if (sides === sent.sides && !quiet) return [];
        sent = { change, sides, sentAtMs: marketMs };
        return [event()];
      },
    };
  };
}

function bookEvent(
  context: ChannelContext,
  action: 'snapshot' | 'update',
  before: BookState,
  after: BookState,
): FeedEvent {
  const { instrument, books, arg, rules } = context;
  const { book } = instrument.market;
  const { change } = after;
  const seqId = book.updateId(change);
  const previous = action === 'snapshot' ? -1 : book.updateId(before.change);
  const ts = context.time.stamp();
  const legacy = rules.legacyChecksum === 1;
  const checksum = legacy ? bookChecksum(instrument, after.levels) : 0;
  const shown = action === 'snapshot' ? after.levels : changedLevels(before.levels, after.levels);
  const write = (sides: string, sum = checksum): string =>
    `{"arg":${arg},"action":"${action}","data":[{${sides},"ts":"${ts}","checksum":${sum},"prevSeqId":${previous},"seqId":${seqId}}]}`;
  const sides = (): string =>
    action === 'snapshot' ? books.sides(instrument, change, DEPTH) : sidesJson(instrument, shown);
  return {
    // A push without changes covers the id of the one before once more.
    firstId: action === 'snapshot' || previous === seqId ? seqId : previous + 1,
    lastId: seqId,
    frame: () => write(sides()),
    spoiled: (spoil) => {
      if (spoil === 'crossed') return write(sidesJson(instrument, crossedLevels(shown, book.touch(change))));
      return legacy ? write(sides(), (checksum + 1) | 0) : undefined;
    },
  };
}

function topEvent(
  { instrument, arg, time }: ChannelContext,
  change: number,
  sides: string,
  { depth, withId }: { readonly depth: number; readonly withId: boolean },
): FeedEvent {
  const { book } = instrument.market;
  const seqId = book.updateId(change);
  const rest = `${withId ? `"instId":"${instrument.id}",` : ''}"ts":"${time.stamp()}","seqId":${seqId}`;
  const write = (sides: string): string => `{"arg":${arg},"data":[{${sides},${rest}}]}`;
  return {
    firstId: seqId,
    lastId: seqId,
    frame: () => write(sides),
    spoiled: (spoil) =>
      spoil === 'crossed'
        ? write(sidesJson(instrument, crossedLevels(book.levels(change, depth), book.touch(change))))
        : undefined,
  };
}
