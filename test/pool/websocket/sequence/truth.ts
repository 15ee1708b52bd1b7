import type { Sequenced } from '../../../../src/pool/websocket/sequence/index.js';

/** One event of a stream as the venue knows it. */
export interface TrueEvent {
  readonly index: number;
  readonly era: number;
  readonly message: Sequenced;
}

export type Style = 'ranges' | 'restarting snapshots' | 'links';

/** A message on its way over one feed: the event it is, or whose state it shows. */
export interface Delivery {
  readonly event: TrueEvent;
  readonly message: Sequenced;
}

/**
 * The events of a venue, `spans` ids wide each. `eras` says after how many events it begins to count anew, in the way
 * of the style: Bybit by a snapshot with the id 1, OKX by a link from the higher id to a lower one.
 */
export function trueEvents(style: Style, spans: readonly number[], eraLength: number): TrueEvent[] {
  const events: TrueEvent[] = [];
  let last = 50;
  for (const [index, span] of spans.entries()) {
    const era = style === 'ranges' ? 0 : Math.floor(index / eraLength);
    const restarts = era > 0 && index % eraLength === 0;
    const before = last;
    // The same step back twice would be taken for one that was repeated.
    if (restarts) last = style === 'links' ? era : 1;
    else last += span;
    events.push({ index, era, message: restarts ? restart(style, before, last) : follow(style, before, last, span) });
  }
  return events;
}

function restart(style: Style, before: number, id: number): Sequenced {
  return { firstId: id, lastId: id, ...(style === 'links' ? { prevId: before } : { snapshot: true }) };
}

function follow(style: Style, before: number, last: number, span: number): Sequenced {
  const ids = { firstId: last - span + 1, lastId: last };
  return style === 'links' ? { ...ids, prevId: before } : ids;
}

/** What a feed that joins after this event is shown first; nothing where the venue shows no state. */
export function joined(style: Style, event: TrueEvent): Delivery | undefined {
  const { lastId } = event.message;
  return style === 'ranges' ? undefined : { event, message: { firstId: lastId, lastId, snapshot: true } };
}

export const isRestart = ({ message }: TrueEvent): boolean =>
  message.snapshot === true || (message.prevId ?? 0) > message.lastId;
