// What a consumer saw of one subscription, written down without any help of the pool's own bookkeeping.

/** One subscription from `subscribe` to the end of its `close`. */
export class Recorder {
  constructor(stream, rule, nowMs) {
    this.stream = stream;
    this.rule = rule;
    this.subscribedAtMs = nowMs;
    this.closedAtMs = null;
    this.endedAtMs = null;
    this.firstAtMs = null;
    this.lastAtMs = null;
    this.messages = 0;
    this.firstId = null;
    this.lastId = null;
    /** Ids delivered, as inclusive ranges in the order in which they came. */
    this.ranges = [];
    /** Jumps between two messages, whether told of or not: [last before, first after, time before, time after]. */
    this.jumps = [];
    /** Whole states that go back in the numbers, and were told as a gap that they resynchronise. */
    this.steps = 0;
    this.gaps = [];
    this.repeated = [];
    this.disordered = [];
    this.overlaps = 0;
    this.states = [];
    /** When messages came, where they have no numbers. */
    this.times = [];
  }

  message(message, nowMs) {
    this.messages += 1;
    if (this.rule === 'none') this.times.push(nowMs);
    else this.#ids(message, nowMs);
    this.firstAtMs ??= nowMs;
    this.lastAtMs = nowMs;
  }

  gap({ lastGoodId, firstGoodId, lastGoodAtMs, firstGoodAtMs, cause, unknownLoss = false, resynchronised = false }) {
    this.gaps.push({ lastGoodId, firstGoodId, lastGoodAtMs, firstGoodAtMs, cause, unknownLoss, resynchronised });
  }

  state(state, nowMs) {
    this.states.push([state, nowMs]);
  }

  #ids({ firstId, lastId, prevId, snapshot }, nowMs) {
    if (this.lastId === null) {
      this.firstId = firstId;
      this.#begin(firstId, lastId);
      return;
    }
    // A book that stands still links its last id to itself (OKX): news without a new id.
    if (lastId === this.lastId && prevId === lastId) return;
    if (lastId <= this.lastId) {
      if (snapshot && this.#toldOf(lastId)) {
        this.steps += 1;
        this.#begin(lastId, lastId);
      } else (this.#has(lastId) ? this.repeated : this.disordered).push([firstId, lastId, this.lastId, nowMs]);
      return;
    }
    if (firstId <= this.lastId) this.overlaps += 1;
    const first = Math.max(firstId, this.lastId + 1);
    const tail = this.ranges.at(-1);
    if (first === tail[1] + 1) tail[1] = lastId;
    else {
      this.ranges.push([first, lastId]);
      this.jumps.push([this.lastId, first, this.lastAtMs, nowMs]);
    }
    this.lastId = lastId;
  }

  #begin(firstId, lastId) {
    this.ranges.push([firstId, lastId]);
    this.lastId = lastId;
  }

  #toldOf(firstId) {
    const gap = this.gaps.at(-1);
    return gap?.firstGoodId === firstId && gap.resynchronised;
  }

  #has(id) {
    return this.ranges.some(([first, last]) => id >= first && id <= last);
  }
}
