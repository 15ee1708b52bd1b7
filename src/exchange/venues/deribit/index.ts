export { deribit } from './venue.js';
