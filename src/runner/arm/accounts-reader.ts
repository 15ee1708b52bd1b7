import type { LatencyHistogram, SparseCounts } from '../../base/index.js';
import {
  ACQUIRE_OUTCOMES,
  type AccountsSnapshot,
  type AcquireOutcome,
  type ConnectionAccounts,
} from '../../pool/index.js';
import type { AccountsReading } from './messages.js';

/** Copies of the histograms' counts at the last reading. */
interface Copies {
  readonly acquire: Record<AcquireOutcome, Uint32Array>;
  readonly setup: Uint32Array;
  readonly use: Uint32Array;
  readonly lifetime: Uint32Array;
}

/** Reads what accounts counted since the last reading. */
export class AccountsReader {
  readonly #accounts: ConnectionAccounts;
  #begin: AccountsSnapshot;
  #offered: AccountsSnapshot | null = null;
  #copies: Copies;

  constructor(accounts: ConnectionAccounts) {
    this.#accounts = accounts;
    this.#begin = accounts.snapshot();
    this.#copies = this.#copy();
  }

  /** The window of a report begins: integrals count from here; events since the last report stay in it. */
  begin(): void {
    this.#offered = null;
    this.#begin = { ...this.#begin, integralsMs: this.#accounts.snapshot().integralsMs };
  }

  /** No more load is offered: integrals of the window end here. */
  offered(): void {
    this.#offered = this.#accounts.snapshot();
  }

  read(): AccountsReading {
    const [from, to] = [this.#begin, this.#accounts.snapshot()];
    const until = (this.#offered ?? to).integralsMs;
    const reading: AccountsReading = {
      acquires: byOutcome((outcome) => to.acquires[outcome] - from.acquires[outcome]),
      opened: to.opened - from.opened,
      uses: to.uses - from.uses,
      reuses: to.reuses - from.reuses,
      setupTotalMs: to.setupTotalMs - from.setupTotalMs,
      setupPartsMs: {
        dnsMs: to.setupPartsMs.dnsMs - from.setupPartsMs.dnsMs,
        tcpMs: to.setupPartsMs.tcpMs - from.setupPartsMs.tcpMs,
        tlsMs: to.setupPartsMs.tlsMs - from.setupPartsMs.tlsMs,
        upgradeMs: to.setupPartsMs.upgradeMs - from.setupPartsMs.upgradeMs,
      },
      integralsMs: {
        open: until.open - from.integralsMs.open,
        used: until.used - from.integralsMs.used,
        pending: until.pending - from.integralsMs.pending,
      },
      acquireMs: byOutcome((outcome) => since(this.#accounts.acquireMs[outcome], this.#copies.acquire[outcome])),
      setupMs: since(this.#accounts.setupMs, this.#copies.setup),
      useMs: since(this.#accounts.useMs, this.#copies.use),
      lifetimeMs: since(this.#accounts.lifetimeMs, this.#copies.lifetime),
    };
    this.#begin = to;
    this.#copies = this.#copy();
    return reading;
  }

  #copy(): Copies {
    return {
      acquire: byOutcome((outcome) => this.#accounts.acquireMs[outcome].counts.slice()),
      setup: this.#accounts.setupMs.counts.slice(),
      use: this.#accounts.useMs.counts.slice(),
      lifetime: this.#accounts.lifetimeMs.counts.slice(),
    };
  }
}

function since(histogram: LatencyHistogram, copy: Uint32Array): SparseCounts {
  return histogram.sparse(copy);
}

function byOutcome<V>(value: (outcome: AcquireOutcome) => V): Record<AcquireOutcome, V> {
  return Object.fromEntries(ACQUIRE_OUTCOMES.map((outcome) => [outcome, value(outcome)])) as Record<AcquireOutcome, V>;
}
