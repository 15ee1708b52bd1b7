export { bybit } from './venue.js';
