export { coinbase } from './venue.js';
