export { binanceUsdm } from './venue.js';
