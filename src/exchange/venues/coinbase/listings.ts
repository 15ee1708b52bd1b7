import type { CoinbaseProduct } from './products.js';

/** A product as REST lists it. */
export function productListing(product: CoinbaseProduct): object {
  return {
    id: product.id,
    base_currency: product.base,
    quote_currency: product.quote,
    quote_increment: product.price(1),
    base_increment: product.size(1),
    display_name: product.id,
    min_market_funds: '1',
    margin_enabled: false,
    post_only: false,
    limit_only: false,
    cancel_only: false,
    status: 'online',
    status_message: '',
    trading_disabled: false,
    fx_stablecoin: false,
    max_slippage_percentage: '0.02000000',
    auction_mode: false,
    high_bid_limit_percentage: '',
  };
}

/** Everything that the products are made of, the quote currency last. */
export function currencyListings(products: readonly CoinbaseProduct[]): object[] {
  const bases = products.map(({ base }) => currencyListing(base, 'crypto', '0.00000001'));
  const quotes = new Set(products.map(({ quote }) => quote));
  return [...bases, ...[...quotes].map((quote) => currencyListing(quote, 'fiat', '0.01'))];
}

function currencyListing(id: string, type: 'crypto' | 'fiat', precision: string): object {
  return {
    id,
    name: id,
    min_size: precision,
    status: 'online',
    message: '',
    max_precision: precision,
    convertible_to: [],
    details: {
      type,
      symbol: null,
      network_confirmations: null,
      sort_order: 0,
      crypto_address_link: null,
      crypto_transaction_link: null,
      push_payment_methods: [],
      group_types: [type],
      display_name: null,
      processing_time_seconds: null,
      min_withdrawal_amount: null,
      max_withdrawal_amount: null,
    },
    default_network: '',
    supported_networks: [],
    display_name: id,
  };
}
