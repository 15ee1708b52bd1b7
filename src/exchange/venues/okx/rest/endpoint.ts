import type { OkxContext } from '../context.js';
import type { OkxInstrument } from '../instruments.js';
import { rejections } from '../rest-errors.js';
import type { OkxRules } from '../rules.js';
import type { RestParameters } from './parameters.js';

/** Types that the venue knows; this market lists instruments in SPOT and SWAP. */
export const INSTRUMENT_TYPES = ['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS'] as const;

/** One REST path. */
export interface Endpoint {
  /** The rule that holds how many requests an address may make. */
  readonly limit: Extract<keyof OkxRules, `${string}Requests`>;
  /** The parameter that requests are counted apart by, beside the address. */
  readonly scope?: 'instId' | 'instType';
  /** The items of `data` as JSON. Throws OkxError. */
  answer(context: OkxContext, parameters: RestParameters): readonly string[];
}

/** The instrument that a request must name. */
export function requiredInstrument({ instruments }: OkxContext, parameters: RestParameters): OkxInstrument {
  const instrument = instruments.named(parameters.required('instId'));
  if (!instrument) throw rejections.unknownInstrument();
  return instrument;
}

/** The instruments of a type, narrowed down by `instFamily` (or the older `uly`) and `instId` where they are sent. */
export function chosenInstruments(
  { instruments }: OkxContext,
  parameters: RestParameters,
  type: string,
): OkxInstrument[] {
  const family = parameters.text('instFamily') ?? parameters.text('uly');
  if (type === 'OPTION' && family === undefined) throw rejections.eitherMissing('instFamily', 'uly');
  const id = parameters.text('instId');
  const chosen = instruments.ofType(type);
  if (id === undefined) return chosen.filter(({ type, pair }) => type === 'SPOT' || (family ?? pair) === pair);
  const one = chosen.find((instrument) => instrument.id === id);
  if (!one) throw rejections.unknownInstrument();
  return [one];
}
