import type { Carrier } from './carrier.js';

/** Connections by the number of streams that they carry: the least loaded is found without looking at the others. */
export class LoadList {
  readonly #byLoad: Set<Carrier>[] = [];
  #lowest = 0;
  #room = 0;

  /** Streams that all of them together can still take. */
  get room(): number {
    return this.#room;
  }

  add(carrier: Carrier): void {
    this.#room += carrier.room;
    this.#put(carrier);
  }

  remove(carrier: Carrier): void {
    if (this.#byLoad[carrier.load]?.delete(carrier)) this.#room -= carrier.room;
  }

  /** Changes the load of one that is listed. */
  change(carrier: Carrier, by: 1 | -1): void {
    this.#byLoad[carrier.load]?.delete(carrier);
    carrier.load += by;
    this.#room -= by;
    this.#put(carrier);
  }

  /** The least loaded one with room that suits; among equals the one that has been so for longest. */
  find(suits: (carrier: Carrier) => boolean): Carrier | undefined {
    while (this.#lowest < this.#byLoad.length && this.#byLoad[this.#lowest]?.size === 0) this.#lowest += 1;
    for (let load = this.#lowest; load < this.#byLoad.length; load += 1) {
      for (const carrier of this.#byLoad[load] ?? []) if (carrier.room > 0 && suits(carrier)) return carrier;
    }
    return undefined;
  }

  #put(carrier: Carrier): void {
    while (this.#byLoad.length <= carrier.load) this.#byLoad.push(new Set());
    this.#byLoad[carrier.load]?.add(carrier);
    this.#lowest = Math.min(this.#lowest, carrier.load);
  }
}
