export { binanceStreams } from './binance.js';
export { binanceUsdmMarketStreams, binanceUsdmStreams } from './binance-usdm.js';
export { type BybitCategory, bybitLinearStreams, bybitSpotStreams, bybitStreams } from './bybit.js';
export { coinbaseStreams } from './coinbase.js';
export { deribitStreams } from './deribit.js';
export { okxBusinessStreams, okxStreams } from './okx.js';
export { scaled } from './scaled.js';
