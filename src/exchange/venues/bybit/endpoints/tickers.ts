import { type BybitContext, type Endpoint, chosenInstruments } from '../endpoint.js';
import type { Instrument } from '../instruments.js';

/** What only the ticker of a dated or a not yet launched contract fills in. */
const UNUSED = {
  predictedDeliveryPrice: '',
  basisRate: '',
  deliveryFeeRate: '',
  deliveryTime: '0',
  basis: '',
  preOpenPrice: '',
  preQty: '',
  curPreListingPhase: '',
  basisRateYear: '',
};

/** `GET /v5/market/tickers`: of one instrument, or of all. */
export const tickers: Endpoint = (context, parameters) => {
  const category = parameters.category();
  const rows = chosenInstruments(context, category, parameters).map((instrument) => fields(context, instrument));
  return JSON.stringify({ category, list: rows });
};

function fields({ tickers: board, time }: BybitContext, instrument: Instrument): object {
  const now = time.marketNow();
  const common = { ...board.day(instrument, now), ...board.touch(instrument, now) };
  if (!instrument.contract) return { ...common, ...board.usdIndex(instrument, now) };
  const { tickDirection: _onlyStreamed, ...contract } = board.contract(instrument, now);
  return { ...common, ...contract, ...UNUSED };
}
