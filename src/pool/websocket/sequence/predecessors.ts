import type { SequenceRule } from '../protocol.js';
import type { Sequenced } from './verdict.js';

/** The id that a message says it follows on; `before`, the last one, where it does not say. */
export type Predecessor = (message: Sequenced, before: number) => number;

export const predecessors: Readonly<Record<Exclude<SequenceRule, 'none'>, Predecessor>> = {
  contiguous: ({ firstId }) => firstId - 1,
  linked: ({ prevId }, before) => prevId ?? before,
  rising: (_message, before) => before,
};
