import type { VenueTime } from '../../feed/index.js';
import type { RestParameters } from './rest-parameters.js';
import { rejections } from './rest-errors.js';
import type { BinanceSymbol, SymbolTable } from './symbols.js';

/** What every endpoint may look at. */
export interface EndpointContext {
  readonly symbols: SymbolTable;
  readonly time: VenueTime;
}

/** A JSON body and the request weight it costs. */
export interface Answer {
  readonly body: string;
  readonly weight: number;
}

/** One REST path: the parameters it reads, and its answer. Throws BinanceError. */
export interface Endpoint {
  readonly parameters: readonly string[];
  answer(context: EndpointContext, parameters: RestParameters): Answer;
}

/** The symbol that a request must name. */
export function requiredSymbol(context: EndpointContext, parameters: RestParameters): BinanceSymbol {
  return known(context, parameters.symbol());
}

/** The symbols that a request names; all of them when it names none. */
export function chosenSymbols(
  context: EndpointContext,
  parameters: RestParameters,
): { readonly symbols: readonly BinanceSymbol[]; readonly form: 'single' | 'list' | 'all' } {
  const chosen = parameters.symbols();
  if (!chosen) return { symbols: context.symbols.all, form: 'all' };
  return { symbols: chosen.names.map((name) => known(context, name)), form: chosen.single ? 'single' : 'list' };
}

function known(context: EndpointContext, name: string): BinanceSymbol {
  const symbol = context.symbols.named(name);
  if (!symbol) throw rejections.badSymbol();
  return symbol;
}
