import type { PollConfig } from './messages.js';

/** One request of a load: which poll it belongs to, and the how-manieth of that poll it is. */
export interface PollTurn {
  readonly poll: PollConfig;
  readonly count: number;
}

/**
 * Shares requests out over polls by weight, evenly: smooth weighted round robin (the rule nginx uses for upstreams), so
 * that a poll of weight 1 among others of weight 5 comes at every eleventh request and not in bursts.
 */
export class PollCycle {
  readonly #turns: readonly PollTurn[];

  /** Throws RangeError without polls. */
  constructor(polls: readonly PollConfig[]) {
    if (polls.length === 0) throw new RangeError('a load of requests needs a poll');
    const states = polls.map((poll) => ({ poll, current: 0, count: 0 }));
    const total = polls.reduce((sum, { weight }) => sum + weight, 0);
    this.#turns = Array.from({ length: total }, () => {
      for (const state of states) state.current += state.poll.weight;
      const chosen = states.reduce((best, state) => (state.current > best.current ? state : best));
      chosen.current -= total;
      return { poll: chosen.poll, count: chosen.count++ };
    });
  }

  /** The turn of request number `index`, from 0. */
  turn(index: number): PollTurn {
    const { length } = this.#turns;
    const { poll, count } = this.#turns[index % length] as PollTurn;
    return { poll, count: Math.floor(index / length) * poll.weight + count };
  }
}
