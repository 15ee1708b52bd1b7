import type { Carrier } from './carrier.js';
import type { StreamCarrier } from './connection.js';
import type { Feed } from './feed-merge.js';
import type { Placeable } from './placer.js';
import type { StreamData } from './protocol.js';

/** Looking for a connection; asked for; acknowledged by the venue; on its way out; over. */
export type CarriageState = 'searching' | 'asked' | 'acknowledged' | 'leaving' | 'gone';

/** What a carriage tells its subscription. */
export interface CarriageHolder {
  readonly stream: string;
  shunsFor(carriage: Carriage): readonly number[];
  placed(carriage: Carriage): void;
  subscribed(carriage: Carriage): void;
  rejected(carriage: Carriage, error: string): void;
  unanswered(carriage: Carriage, tries: number): void;
  /** `answered`: the venue said so, after everything that it had sent. */
  unsubscribed(carriage: Carriage, answered: boolean): void;
  data(carriage: Carriage, message: StreamData, nowMs: number): void;
}

/**
 * One stream on one connection, from the search for it to the end. A subscription has one for each of its feeds, and
 * one more for each that is being replaced.
 */
export class Carriage implements StreamCarrier, Placeable, Feed {
  readonly stream: string;
  readonly number: number;
  readonly sinceMs: number;
  state: CarriageState = 'searching';
  carrier: Carrier | undefined;
  placedAtMs = Number.NaN;
  acknowledgedAtMs = Number.NaN;
  /** Another one takes its place; it stays until that one works. */
  outgoing = false;
  /** It is not to be put on the connections of these endpoints if there are others. */
  readonly elsewhere: readonly number[];
  joined = false;
  held: StreamData[] = [];
  readonly #holder: CarriageHolder;

  constructor(holder: CarriageHolder, number: number, sinceMs: number, elsewhere: readonly number[]) {
    this.stream = holder.stream;
    this.number = number;
    this.sinceMs = sinceMs;
    this.elsewhere = elsewhere;
    this.#holder = holder;
  }

  get shuns(): readonly number[] {
    return this.#holder.shunsFor(this);
  }

  /** The venue serves it. */
  get acknowledged(): boolean {
    return !Number.isNaN(this.acknowledgedAtMs);
  }

  get leaving(): boolean {
    return this.state === 'leaving';
  }

  placed(carrier: Carrier): void {
    this.carrier = carrier;
    this.state = 'asked';
    carrier.connection.carry(this);
    this.#holder.placed(this);
  }

  subscribed(): void {
    if (this.state === 'asked') this.#holder.subscribed(this);
  }

  rejected(error: string): void {
    if (this.state === 'asked') this.#holder.rejected(this, error);
  }

  unanswered(tries: number): void {
    if (this.state === 'asked') this.#holder.unanswered(this, tries);
  }

  unsubscribed(answered: boolean): void {
    if (this.state === 'leaving') this.#holder.unsubscribed(this, answered);
  }

  data(message: StreamData, nowMs: number): void {
    this.#holder.data(this, message, nowMs);
  }
}
