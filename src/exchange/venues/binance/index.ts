export { binance } from './venue.js';
