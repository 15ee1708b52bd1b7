import type { VenueTime } from '../../feed/index.js';
import type { MarketSymbol } from '../../market/index.js';
import type { RestParameters } from './rest-parameters.js';
import { rejections } from './rest-errors.js';
import type { BinanceSymbol, SymbolTable } from './symbols.js';

/** What every endpoint may look at. */
export interface EndpointContext<M extends MarketSymbol = MarketSymbol> {
  readonly symbols: SymbolTable<M>;
  readonly time: VenueTime;
}

/** A JSON body and the request weight it costs. */
export interface Answer {
  readonly body: string;
  readonly weight: number;
}

/** One REST path: the parameters it reads, and its answer. Throws BinanceError. */
export interface Endpoint<M extends MarketSymbol = MarketSymbol> {
  readonly parameters: readonly string[];
  /** Name of a quota of requests that the endpoint has, beside their weight. */
  readonly quota?: string;
  answer(context: EndpointContext<M>, parameters: RestParameters): Answer;
}

/** How a request names its symbols: one, a list, or none at all, which means every one. */
export type SymbolChoice = 'single' | 'list' | 'all';

/** `ping`: nothing but the round trip. */
export const pingEndpoint: Endpoint = { parameters: [], answer: () => ({ body: '{}', weight: 1 }) };

/** `time`: the venue's clock. */
export const timeEndpoint: Endpoint = {
  parameters: [],
  answer: ({ time }) => ({ body: `{"serverTime":${time.stamp()}}`, weight: 1 }),
};

/** The symbol that a request must name. */
export function requiredSymbol<M extends MarketSymbol>(
  context: EndpointContext<M>,
  parameters: RestParameters,
): BinanceSymbol<M> {
  return known(context, parameters.symbol());
}

/** The symbols that a request names; all of them when it names none. */
export function chosenSymbols<M extends MarketSymbol>(
  context: EndpointContext<M>,
  parameters: RestParameters,
): { readonly symbols: readonly BinanceSymbol<M>[]; readonly form: SymbolChoice } {
  const chosen = parameters.symbols();
  if (!chosen) return { symbols: context.symbols.all, form: 'all' };
  return { symbols: chosen.names.map((name) => known(context, name)), form: chosen.single ? 'single' : 'list' };
}

/** An object for one symbol, an array of them for several. */
export function answerEach<M extends MarketSymbol>(
  context: EndpointContext<M>,
  parameters: RestParameters,
  write: (symbol: BinanceSymbol<M>) => string,
  weigh: (count: number, form: SymbolChoice) => number,
): Answer {
  const { symbols, form } = chosenSymbols(context, parameters);
  const items = symbols.map(write).join(',');
  return { body: form === 'single' ? items : `[${items}]`, weight: weigh(symbols.length, form) };
}

function known<M extends MarketSymbol>(context: EndpointContext<M>, name: string): BinanceSymbol<M> {
  const symbol = context.symbols.named(name);
  if (!symbol) throw rejections.badSymbol();
  return symbol;
}
