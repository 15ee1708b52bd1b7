import type { FaultStamp } from './protocol.js';

type Stamp = { -readonly [K in keyof FaultStamp]: FaultStamp[K] };

/** The stamps of the faults of a site, in order of injection. Beyond the bound the oldest that was lifted is dropped. */
export class FaultStamps {
  readonly #bound: number;
  readonly #stamps: Stamp[] = [];
  readonly #latest = new Map<string, Stamp>();
  #dropped = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#stamps.length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  injected(facts: Pick<FaultStamp, 'id' | 'kind' | 'endpoint' | 'injectedAtMs' | 'openAtInjection'>): void {
    const stamp: Stamp = { ...facts, liftedAtMs: null, touched: 0 };
    this.#stamps.push(stamp);
    this.#latest.set(stamp.id, stamp);
    if (this.#stamps.length > this.#bound) this.#dropOldest();
  }

  touched(id: string): void {
    const stamp = this.#latest.get(id);
    if (stamp) stamp.touched += 1;
  }

  lifted(id: string, nowMs: number): void {
    const stamp = this.#stamps.findLast((stamp) => stamp.id === id && stamp.liftedAtMs === null);
    if (stamp) stamp.liftedAtMs = nowMs;
  }

  view(): FaultStamp[] {
    return this.#stamps.map((stamp) => ({ ...stamp }));
  }

  #dropOldest(): void {
    const lifted = this.#stamps.findIndex((stamp) => stamp.liftedAtMs !== null);
    const [stamp] = this.#stamps.splice(Math.max(0, lifted), 1);
    if (stamp && this.#latest.get(stamp.id) === stamp) this.#latest.delete(stamp.id);
    this.#dropped += 1;
  }
}
