import type { Clock } from '../base/index.js';
import type { ConnectionEntry } from './ledger-rows.js';
import type { Origin, Venue } from './venue.js';

/** A connection, as far as it tells where something comes from. */
interface Visitor {
  readonly remoteAddress: string;
  readonly entry: ConnectionEntry;
}

/** One venue of a site with the client addresses that are connected to it. */
export class ServedVenue {
  readonly venue: Venue;
  readonly #clock: Clock;
  readonly #perAddress = new Map<string, number>();

  constructor(venue: Venue, clock: Clock) {
    this.venue = venue;
    this.#clock = clock;
  }

  connected({ remoteAddress }: Visitor): void {
    this.#perAddress.set(remoteAddress, this.#open(remoteAddress) + 1);
  }

  disconnected({ remoteAddress }: Visitor): void {
    const left = this.#open(remoteAddress) - 1;
    if (left > 0) this.#perAddress.set(remoteAddress, left);
    else this.#perAddress.delete(remoteAddress);
  }

  /** What the venue is told of where something comes from. */
  originOf({ remoteAddress, entry }: Visitor): Origin {
    return {
      remoteAddress,
      connectionsOfAddress: this.#open(remoteAddress),
      connectionAgeMs: this.#clock.now() - entry.row.acceptedAtMs,
    };
  }

  #open(address: string): number {
    return this.#perAddress.get(address) ?? 0;
  }
}
