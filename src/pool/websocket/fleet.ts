import type { Clock, TimerHandle } from '../../base/index.js';
import type { ConnectionPool } from '../connection-pool.js';
import type { Lease, PoolEndpoint } from '../contracts.js';
import type { Backoff } from './backoff.js';
import { Carrier } from './carrier.js';
import type { ConnectBudget } from './connect-budget.js';
import type { ConnectionEnd, WebSocketConnection } from './connection.js';
import { LoadList } from './load-list.js';

export interface FleetOptions {
  readonly pool: ConnectionPool<WebSocketConnection>;
  readonly endpoints: readonly PoolEndpoint[];
  /** Streams that one connection takes. */
  readonly capacity: number;
  /** Connections that share the streams at least, and at most; one more while one is replaced. */
  readonly min: number;
  readonly max: number;
  /** Of these, how many to keep ready without streams. */
  readonly standby: number;
  /** A connection whose requests wait for longer than this takes streams only when no other is to be had. */
  readonly requestDelayMs: number;
  readonly backoff: Backoff;
  readonly connects: ConnectBudget | undefined;
  readonly clock: Clock;
}

/** What a fleet tells its pool. */
export interface FleetUser {
  /** A connection has room that was not there before. */
  roomMade(): void;
  joined(carrier: Carrier): void;
  /** It was given back. */
  left(carrier: Carrier): void;
  leaving(carrier: Carrier, withinMs: number | undefined): void;
}

/** What looks for a connection. */
export interface Seeker {
  readonly stream: string;
  /** Endpoints that it would rather not be on, by number. */
  readonly shuns: readonly number[];
}

/** What is to take a connection's place. */
export interface Successor {
  /** Endpoints that it should not be to, by number. */
  readonly shuns: readonly number[];
  /** When the connection will be cut: the most urgent is served first. */
  readonly byMs: number;
  readonly arrived: (carrier: Carrier) => void;
}

interface Replacement extends Successor {
  readonly of: Carrier;
}

/** The connections that carry a pool's streams: borrows as many as are needed, and knows where there is room. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #user: FleetUser;
  readonly #all = new Map<WebSocketConnection, Carrier>();
  readonly #serving = new LoadList();
  readonly #standby = new Set<Carrier>();
  readonly #empty = new Set<Carrier>();
  readonly #replacements: Replacement[] = [];
  /** Endpoints that are out of service. */
  readonly #down = new Set<number>();
  /** Streams that found no place when they were last looked at, and how many of them no connection has come for since. */
  #waiting = 0;
  #places = 0;
  #shuns: readonly number[] = [];
  #requested = 0;
  /** Of these, those of this turn: the venue's limit counts them a moment later. */
  #justRequested = 0;
  #timer: TimerHandle;
  #stopped = false;

  constructor(options: FleetOptions, user: FleetUser) {
    this.#options = options;
    this.#user = user;
    options.pool.on((event) => {
      if (event.kind !== 'endpointDown' && event.kind !== 'endpointUp') return;
      const index = options.endpoints.findIndex(({ origin }) => origin === event.endpoint.origin);
      if (event.kind === 'endpointDown') this.#down.add(index);
      else this.#down.delete(index);
      user.roomMade();
    });
  }

  get carriers(): IterableIterator<Carrier> {
    return this.#all.values();
  }

  /** Streams that could be placed at once. */
  get room(): number {
    return this.#serving.room;
  }

  /** Connections asked for and not there yet. */
  get requested(): number {
    return this.#requested;
  }

  carrierOf(connection: WebSocketConnection): Carrier | undefined {
    return this.#all.get(connection);
  }

  /** Is there a connection with room that takes the stream, or can there be one? */
  hasOther(stream: string): boolean {
    if (this.#all.size + this.#requested < this.#options.max || this.#standby.size > 0) return true;
    return this.#serving.find(({ connection }) => connection.takes(stream)) !== undefined;
  }

  /** Endpoints in service, by number. */
  get up(): readonly number[] {
    return [...this.#options.endpoints.keys()].filter((index) => !this.#down.has(index));
  }

  /**
   * The least-loaded connection for a stream: not one that carries it already or has no room for its name; one to an endpoint that it shuns or that
   * is out of service, or that has used up its requests, only when no other is to be had.
   */
  pick(seeker: Seeker): Carrier | undefined {
    const { requestDelayMs, endpoints, max } = this.#options;
    const free = ({ connection }: Carrier): boolean => connection.takes(seeker.stream);
    const liked = (index: number): boolean => !seeker.shuns.includes(index) && !this.#suspect(index);
    const suits = (carrier: Carrier): boolean =>
      free(carrier) && liked(carrier.endpointIndex) && carrier.connection.requestDelayMs <= requestDelayMs;
    const best = this.#serving.find(suits);
    if (best || this.#serving.room === 0) return best;
    const anyLiked = endpoints.some((_endpoint, index) => liked(index));
    const coming = this.#requested > 0 || this.#all.size < max;
    if (anyLiked && coming) return undefined;
    return this.#serving.find((carrier) => free(carrier) && liked(carrier.endpointIndex)) ?? this.#serving.find(free);
  }

  /** So many streams have found no place; the first of them shuns these endpoints. Sees to it that there will be room. */
  seek(places: number, shuns: readonly number[]): void {
    this.#waiting = places;
    this.#places = places;
    this.#shuns = shuns;
    const { capacity } = this.#options;
    for (let ready = 0; ready < places && this.promote(); ready += capacity) this.#places -= capacity;
    this.#places = Math.max(0, this.#places);
    this.#plan();
  }

  /** A stream is placed on the connection, or was taken off it. */
  changeLoad(carrier: Carrier, by: 1 | -1): void {
    if (carrier.role === 'serving') this.#serving.change(carrier, by);
    else carrier.load += by;
    this.#empty.delete(carrier);
    if (by > 0 || carrier.role === 'gone') return;
    if (carrier.load === 0) this.#empty.add(carrier);
    this.#user.roomMade();
  }

  /** Makes one that is ready serve, if there is any: the place of a lost one is taken at once. */
  promote(): Carrier | undefined {
    for (const carrier of this.#standby) {
      this.#standby.delete(carrier);
      this.#serve(carrier);
      return carrier;
    }
    return undefined;
  }

  /** Puts no more streams on the connection; it is given back when the last one has left. */
  retire(carrier: Carrier): void {
    if (carrier.role === 'gone' || carrier.role === 'retiring') return;
    this.#unlist(carrier);
    carrier.role = 'retiring';
    if (carrier.load === 0) this.#empty.add(carrier);
    this.#user.roomMade();
  }

  /**
   * Retires a connection for good and asks for one to take its place, which is there beside it until it closes: one that
   * is ready, or else a new one. Of several, as many at a time as there may be connections.
   */
  replace(carrier: Carrier, successor: Successor): void {
    const { shuns, byMs, arrived } = successor;
    this.retire(carrier);
    this.#options.pool.retire(carrier.lease);
    const ready = [...this.#standby].find(({ endpointIndex }) => !shuns.includes(endpointIndex));
    if (ready) {
      this.#standby.delete(ready);
      this.#serve(ready);
      arrived(ready);
    } else {
      const later = this.#replacements.findIndex((other) => other.byMs > byMs);
      this.#replacements.splice(later === -1 ? this.#replacements.length : later, 0, { of: carrier, ...successor });
    }
    this.#plan();
  }

  /** The connection has ended; its lease goes back. Its streams are the pool's to place. */
  lost(carrier: Carrier, end: ConnectionEnd, endpointFailed: boolean): void {
    this.#unlist(carrier);
    carrier.role = 'gone';
    this.#empty.delete(carrier);
    this.#all.delete(carrier.connection);
    const waiting = this.#replacements.findIndex(({ of }) => of === carrier);
    if (waiting !== -1) this.#replacements.splice(waiting, 1);
    carrier.lease.release(end.by === 'pool' ? undefined : { broken: true, endpointFailed });
  }

  /** After streams were placed: gives back what carries none and nobody waits for. */
  settle(): void {
    for (const carrier of this.#empty) {
      const retiring = carrier.role === 'retiring';
      // What does not suit those who wait still counts against the most; given back, it would only be lent again.
      const kept = carrier.role === 'standby' || this.#waiting > 0 || this.#all.size <= this.#options.min;
      if (carrier.load > 0) this.#empty.delete(carrier);
      else if (retiring || !kept) this.#giveBack(carrier, retiring);
    }
    this.#plan();
  }

  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  #giveBack(carrier: Carrier, retiring: boolean): void {
    this.#unlist(carrier);
    this.#empty.delete(carrier);
    carrier.role = 'gone';
    this.#all.delete(carrier.connection);
    carrier.connection.usedBy(undefined);
    if (retiring) this.#options.pool.retire(carrier.lease);
    carrier.lease.release();
    this.#user.left(carrier);
  }

  #suspect(index: number): boolean {
    return this.#down.has(index) && this.#down.size < this.#options.endpoints.length;
  }

  #unlist(carrier: Carrier): void {
    if (carrier.role === 'serving') this.#serving.remove(carrier);
    this.#standby.delete(carrier);
  }

  #serve(carrier: Carrier): void {
    carrier.role = 'serving';
    this.#serving.add(carrier);
    this.#user.roomMade();
  }

  /** Asks for the connections that are missing, as fast as backoff and the venue's limit allow. */
  #plan(): void {
    const { backoff, connects, clock } = this.#options;
    clock.clearTimeout(this.#timer);
    if (this.#stopped) return;
    for (let missing = this.#missing; missing > 0; missing = this.#missing) {
      // One that is open already costs the venue nothing.
      const idle = this.#wishes.length === 0 ? this.#options.pool.tryAcquire() : undefined;
      if (idle) {
        this.#arrived(idle);
        continue;
      }
      const waitMs = Math.max(
        backoff.waitMs(missing),
        // More than the venue takes would wait below, where others are dialled for a dial that takes long.
        connects && connects.free <= this.#justRequested ? Math.max(1, connects.waitMs) : 0,
      );
      if (waitMs > 0) {
        this.#timer = clock.setTimeout(() => this.#plan(), waitMs);
        return;
      }
      void this.#request();
    }
  }

  get #missing(): number {
    const { capacity, min, max, standby } = this.#options;
    const open = this.#all.size + this.#requested;
    const sharing = this.#all.size - this.#standby.size;
    const forStreams = Math.max(Math.ceil(this.#places / capacity), this.#waiting > 0 ? min - sharing : 0);
    const spare = Math.max(0, standby - this.#standby.size);
    const usual = Math.min(forStreams + spare + this.#replacements.length - this.#requested, max - open);
    // One more than usual, so that the old one can stay until the new one is there, and so that there is one to put
    // streams on when others are about to go: the one that had taken over from them may be lost in between.
    const replacing = this.#replacements.length > 0 || (this.#places > 0 && this.#retiring > 0);
    const over = replacing && this.#requested === 0 ? max + 1 - open : 0;
    return Math.max(usual, Math.min(1, over));
  }

  /** Endpoints that the next connection should not be to, by number. */
  get #wishes(): readonly number[] {
    return this.#places > 0 ? this.#shuns : (this.#replacements[0]?.shuns ?? []);
  }

  get #retiring(): number {
    let retiring = 0;
    for (const { role } of this.#all.values()) if (role === 'retiring') retiring += 1;
    return retiring;
  }

  async #request(): Promise<void> {
    const { pool, endpoints, backoff, clock } = this.#options;
    const beganAtMs = clock.now();
    const avoid = endpoints.filter((_endpoint, index) => this.#wishes.includes(index));
    this.#requested += 1;
    if (this.#justRequested === 0) setImmediate(() => (this.#justRequested = 0));
    this.#justRequested += 1;
    try {
      const lease = await pool.acquire(avoid.length > 0 ? { avoid } : {});
      this.#requested -= 1;
      this.#arrived(lease);
    } catch {
      // The pool's accounts and events have the error; here it only means: not yet.
      this.#requested -= 1;
      backoff.failed(beganAtMs);
      this.#plan();
    }
  }

  #arrived(lease: Lease<WebSocketConnection>): void {
    const { connection } = lease;
    if (connection.ended || connection.leaving || this.#stopped) {
      // It broke between the hand-over and this turn, or is about to be closed.
      if (!connection.ended) this.#options.pool.retire(lease);
      lease.release(connection.ended ? { broken: true } : undefined);
      this.#plan();
      return;
    }
    const carrier = new Carrier(lease, this.#options.capacity);
    this.#all.set(connection, carrier);
    this.#employ(carrier);
    this.#user.joined(carrier);
    connection.usedBy({
      alive: () => lease.confirm(),
      leaving: (withinMs) => this.#user.leaving(carrier, withinMs),
    });
  }

  /** Gives a connection something to do: streams that wait come first, unless it is the last that can be opened. */
  #employ(carrier: Carrier): void {
    const others = this.#places > 0 && this.#all.size <= this.#options.max;
    const replacement = others ? undefined : this.#replacements.shift();
    if (!replacement && this.#places === 0 && this.#standby.size < this.#options.standby) {
      carrier.role = 'standby';
      this.#standby.add(carrier);
      // Nothing else would show that it works.
      carrier.connection.ping();
      return;
    }
    this.#places = Math.max(0, this.#places - carrier.capacity);
    this.#empty.add(carrier);
    this.#serve(carrier);
    replacement?.arrived(carrier);
  }
}
