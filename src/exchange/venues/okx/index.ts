export { okx } from './venue.js';
