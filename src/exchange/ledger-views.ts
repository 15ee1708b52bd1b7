import { EndedRows, RecentRows } from './ended-rows.js';
import { LEDGER_BOUNDS, RECENT_BOUND } from './ledger-bounds.js';
import type {
  ExchangeRequest,
  ExchangeResponse,
  LedgerConnectionRow,
  LedgerSnapshot,
  LedgerSubscription,
  LedgerView,
  ProcessRequest,
} from './protocol.js';

type Answer = (request: ExchangeRequest) => Promise<ExchangeResponse>;

/**
 * Lets anybody look at the ledgers of a host, which hand each ended row out once: what a look took from a ledger is
 * held back for the next snapshot, so that whoever takes snapshots never notices.
 */
export class LedgerViews {
  readonly #ask: Answer;
  readonly #held = new Map<string, HeldRows>();

  /** `ask` is the host's, which never rejects. */
  constructor(ask: Answer) {
    this.#ask = ask;
  }

  /** Never rejects: what goes wrong is the answer `failed`. */
  async answer(request: ProcessRequest): Promise<ExchangeResponse> {
    if (request.kind === 'view') return this.#view(request.site);
    const response = await this.#ask(request);
    if (response.kind !== 'snapshot' || !('site' in request) || typeof request.site !== 'string') return response;
    const snapshot = this.#of(request.site).snapshot(response.snapshot);
    if (request.kind === 'close') this.#held.delete(request.site);
    return { kind: 'snapshot', snapshot };
  }

  async #view(site: string): Promise<ExchangeResponse> {
    const response = await this.#ask({ kind: 'snapshot', site });
    if (response.kind !== 'snapshot') return response;
    return { kind: 'viewed', view: this.#of(site).view(response.snapshot) };
  }

  #of(site: string): HeldRows {
    const held = this.#held.get(site) ?? new HeldRows();
    this.#held.set(site, held);
    return held;
  }
}

const weightOf = ({ sent }: LedgerSubscription): number => sent.length;
const weightless = (): number => 0;

/** The ended rows of one site that left its ledger: those that no snapshot has handed out yet, and the last ones. */
class HeldRows {
  readonly #connections: EndedRows<LedgerConnectionRow>;
  readonly #subscriptions: EndedRows<LedgerSubscription>;
  readonly #lastConnections = new RecentRows<LedgerConnectionRow>(RECENT_BOUND, weightless);
  readonly #lastSubscriptions = new RecentRows<LedgerSubscription>(RECENT_BOUND, weightOf);

  constructor() {
    const { rows, ranges } = LEDGER_BOUNDS;
    this.#connections = new EndedRows({ rows, weight: 0 }, weightless);
    this.#subscriptions = new EndedRows({ rows, weight: ranges }, weightOf);
  }

  /** The ledger's snapshot as it would have been without the looks since the last one. */
  snapshot(snapshot: LedgerSnapshot): LedgerSnapshot {
    const { connections, subscriptions } = snapshot;
    for (const row of connections.filter(isClosed)) this.#lastConnections.add(row);
    for (const row of subscriptions.filter(isOver)) this.#lastSubscriptions.add(row);
    const { rowsDropped, kept } = this.#bounded(snapshot);
    return {
      ...snapshot,
      connections: [...this.#connections.take(), ...connections],
      subscriptions: [...this.#subscriptions.take(), ...subscriptions],
      rowsDropped,
      kept,
    };
  }

  view(snapshot: LedgerSnapshot): LedgerView {
    const { connections, subscriptions, ...state } = snapshot;
    for (const row of connections.filter(isClosed)) {
      this.#connections.add(row);
      this.#lastConnections.add(row);
    }
    for (const row of subscriptions.filter(isOver)) {
      this.#subscriptions.add(row);
      this.#lastSubscriptions.add(row);
    }
    return {
      ...state,
      ...this.#bounded(snapshot),
      openConnections: connections.filter((row) => !isClosed(row)),
      liveSubscriptions: subscriptions.filter((row) => !isOver(row)),
      endedConnections: [...this.#lastConnections.rows],
      endedSubscriptions: [...this.#lastSubscriptions.rows],
    };
  }

  #bounded({ rowsDropped, kept }: LedgerSnapshot): Pick<LedgerSnapshot, 'rowsDropped' | 'kept'> {
    const last = this.#lastConnections.rows.length + this.#lastSubscriptions.rows.length;
    return {
      rowsDropped: rowsDropped + this.#connections.dropped + this.#subscriptions.dropped,
      kept: {
        ...kept,
        endedRows: kept.endedRows + this.#connections.size + this.#subscriptions.size + last,
        ranges: kept.ranges + this.#subscriptions.weight + this.#lastSubscriptions.weight,
      },
    };
  }
}

function isClosed(row: LedgerConnectionRow): boolean {
  return row.closedAtMs !== null;
}

function isOver(row: LedgerSubscription): boolean {
  return row.endedAtMs !== null;
}
