import type { ObservedSubscription } from './rows.js';

/** A stream without a connection that works, although its client had not left it. */
export interface Outage {
  readonly stream: string;
  /** Endpoint of the connection that was the last to carry it. */
  readonly endpoint: number;
  readonly lostAtMs: number;
  /** Next subscribe of the stream on any connection; null: none until the end. */
  readonly backAtMs: number | null;
}

interface Step {
  readonly atMs: number;
  readonly row: ObservedSubscription;
  readonly kind: 'start' | 'lost' | 'left';
}

/**
 * Every outage of every stream. A subscription carries its stream from its start until its connection is lost (cut, or
 * silenced) or the client leaves (unsubscribes, or closes the connection). When the last one that carries a stream is
 * lost, an outage begins; it ends with the next start. When the last one is left, there is none. On equal times ends
 * come before starts, and losses last among the ends; a subscription that ended as it began carried nothing.
 */
export function outagesOf(subscriptions: readonly ObservedSubscription[]): Outage[] {
  const byStream = new Map<string, ObservedSubscription[]>();
  for (const row of subscriptions) {
    const rows = byStream.get(row.stream);
    if (rows) rows.push(row);
    else byStream.set(row.stream, [row]);
  }
  return [...byStream.values()].flatMap(outagesOfStream).toSorted((a, b) => a.lostAtMs - b.lostAtMs);
}

function outagesOfStream(rows: readonly ObservedSubscription[]): Outage[] {
  const outages: Outage[] = [];
  let carriers = 0;
  let down: Omit<Outage, 'backAtMs'> | null = null;
  for (const { atMs, row, kind } of rows.flatMap(stepsOf).toSorted(byTime)) {
    if (kind === 'start') {
      if (down) outages.push({ ...down, backAtMs: atMs });
      down = null;
      carriers += 1;
      continue;
    }
    carriers -= 1;
    if (kind === 'lost' && carriers === 0) down = { stream: row.stream, endpoint: row.endpoint, lostAtMs: atMs };
  }
  return down ? [...outages, { ...down, backAtMs: null }] : outages;
}

function stepsOf(row: ObservedSubscription): Step[] {
  const { startedAtMs, lostAtMs, endedAtMs } = row;
  const start: Step = { atMs: startedAtMs, row, kind: 'start' };
  if (startedAtMs === (lostAtMs ?? endedAtMs)) return [];
  if (lostAtMs !== undefined) return [start, { atMs: lostAtMs, row, kind: 'lost' }];
  return endedAtMs === null ? [start] : [start, { atMs: endedAtMs, row, kind: 'left' }];
}

const ORDER: Readonly<Record<Step['kind'], number>> = { left: 0, lost: 1, start: 2 };

function byTime(a: Step, b: Step): number {
  return a.atMs - b.atMs || ORDER[a.kind] - ORDER[b.kind];
}
