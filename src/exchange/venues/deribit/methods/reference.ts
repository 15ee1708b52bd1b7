import type { DeribitContext } from '../context.js';
import type { DeribitInstrument } from '../instruments.js';
import { dayFigures, markTicks } from '../ticker.js';
import { fundingRate8h } from '../funding.js';
import { reading, requiredInstrument } from '../method.js';
import { rounded } from '../numbers.js';
import { rejections } from '../rpc-errors.js';
import type { RpcParams } from '../rpc-params.js';

const KINDS = ['any', 'future', 'option', 'spot', 'future_combo', 'option_combo'];
const CREATED_MS = 1_534_242_287_000;
const NEVER_EXPIRES_MS = 32_503_708_800_000;
const SUMMARY_PERIOD_MS = 2_000;
const LONG_NAMES: ReadonlyMap<string, string> = new Map([
  ['BTC', 'Bitcoin'],
  ['ETH', 'Ethereum'],
  ['USDC', 'USD Coin'],
]);

/** `public/get_instruments`; options and futures with a term are not listed, so some kinds are empty. */
export const getInstruments = reading(({ instruments }, params) => {
  const { currency, kind } = selection(instruments.currencies, params, 'any');
  if (params.text('expired') === 'true') return '[]';
  return listJson(instruments.select(currency, kind).map(instrumentJson));
});

export const getInstrument = reading((context, params) => instrumentJson(requiredInstrument(context, params)));

export const getCurrencies = reading(({ instruments }) => listJson(instruments.currencies.map(currencyJson)));

export const getIndexPriceNames = reading(({ instruments }) => JSON.stringify(instruments.indexNames));

/** `public/get_index_price` */
export const getIndexPrice = reading(({ instruments, time }, params) => {
  const instrument = instruments.onIndex(params.requiredText('index_name'));
  if (!instrument) throw rejections.invalid('index_name', 'invalid index name');
  const price = instrument.finePrice(instrument.perpetual.contract.indexTicks(time.marketNow()));
  return `{"index_price":${price},"estimated_delivery_price":${price}}`;
});

/** `public/get_book_summary_by_currency`: published anew every two seconds. */
export const getBookSummaryByCurrency = reading((context, params) => {
  const { currency, kind } = selection(context.instruments.currencies, params);
  return summaries(context, context.instruments.select(currency, kind));
});

export const getBookSummaryByInstrument = reading((context, params) =>
  summaries(context, [requiredInstrument(context, params)]),
);

export const getTime = reading(({ time }) => String(time.stamp()));

export const getStatus = reading(() => '{"locked":"false","locked_indices":[]}');

function selection(currencies: readonly string[], params: RpcParams, standard?: string) {
  const currency = params.text('currency') ?? standard ?? params.requiredText('currency');
  if (currency !== 'any' && !currencies.includes(currency)) throw rejections.invalid('currency', 'invalid currency');
  return { currency, kind: params.choice('kind', KINDS, 'any') };
}

function instrumentJson(instrument: DeribitInstrument): string {
  const { name, kind, inverse, base, quote, settlement, contractSize, market } = instrument;
  const style = inverse ? 'reversed' : 'linear';
  const currencies = { base_currency: base, quote_currency: quote, counter_currency: quote };
  const sizes = {
    tick_size: 10 ** -market.spec.priceDecimals,
    tick_size_steps: [],
    min_trade_amount: contractSize,
    contract_size: contractSize,
  };
  const future = {
    future_type: style,
    settlement_period: 'perpetual',
    settlement_currency: settlement,
    max_leverage: 50,
    max_liquidation_commission: 0.0075,
    block_trade_commission: 0.0001,
  };
  return JSON.stringify({
    instrument_name: name,
    instrument_id: instrument.id,
    kind,
    instrument_type: style,
    ...currencies,
    price_index: instrument.indexName,
    ...sizes,
    ...(kind === 'future' && future),
    maker_commission: 0,
    taker_commission: 0.0005,
    is_active: true,
    state: 'open',
    rfq: false,
    creation_timestamp: CREATED_MS,
    expiration_timestamp: NEVER_EXPIRES_MS,
  });
}

function currencyJson(currency: string): string {
  return JSON.stringify({
    currency,
    currency_long: LONG_NAMES.get(currency) ?? currency,
    coin_type: currency,
    network_currency: currency,
    min_confirmations: 1,
    withdrawal_fee: 0.0001,
    min_withdrawal_fee: 0.0001,
    network_fee: 0.0001,
    fee_precision: 4,
    apr: 0,
    in_cross_collateral_pool: true,
    withdrawal_priorities: [],
  });
}

function summaries(context: DeribitContext, instruments: readonly DeribitInstrument[]): string {
  const atMs = Math.floor(context.time.marketNow() / SUMMARY_PERIOD_MS) * SUMMARY_PERIOD_MS;
  return listJson(instruments.map((instrument) => summaryJson(context, instrument, atMs)));
}

function summaryJson({ time }: DeribitContext, instrument: DeribitInstrument, marketMs: number): string {
  const { book } = instrument.market;
  const { bidTicks, askTicks } = book.touch(book.changeAt(marketMs));
  const day = dayFigures(instrument, marketMs);
  const names = `"instrument_name":"${instrument.name}","base_currency":"${instrument.base}","quote_currency":"${instrument.quote}"`;
  const touch = `"bid_price":${instrument.price(bidTicks)},"ask_price":${instrument.price(askTicks)},"mid_price":${instrument.finePrice((bidTicks + askTicks) / 2)}`;
  const prices = `"mark_price":${instrument.finePrice(markTicks(instrument, marketMs))},"last":${day.last},"high":${day.high},"low":${day.low},"price_change":${day.change}`;
  const volumes = `"volume":${day.volume},"volume_usd":${day.notional},"volume_notional":${day.notional}`;
  const contract = instrument.kind === 'future' ? `,${contractMembers(time.epochMs, instrument, marketMs)}` : '';
  return `{${names},${touch},${prices},${volumes}${contract},"creation_timestamp":${time.stampOf(marketMs)}}`;
}

function contractMembers(epochMs: number, instrument: DeribitInstrument, marketMs: number): string {
  const { contract } = instrument.perpetual;
  const rate = rounded(fundingRate8h(instrument, epochMs + marketMs), 8);
  const interest = instrument.amount(contract.openInterestLots(marketMs));
  const delivery = instrument.finePrice(contract.indexTicks(marketMs));
  return `"open_interest":${interest},"estimated_delivery_price":${delivery},"funding_8h":${rate},"current_funding":${rate}`;
}

function listJson(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}
