/** One identity between the two witnesses in one launch. `explained` are the counted terms between both sides. */
export interface Identity {
  readonly id: string;
  readonly client: number;
  readonly exchange: number;
  readonly explained: Readonly<Record<string, number>>;
  /** What nothing explains; 0 when both agree. */
  readonly remainder: number;
}

/** An identity over a whole launch: both counts, and what lies between them. */
export function identity(id: string, client: number, exchange: number, explained: Identity['explained']): Identity {
  const terms = Object.values(explained).reduce((sum, term) => sum + term, 0);
  return { id, client, exchange, explained, remainder: Math.abs(exchange - client - terms) };
}
