export { type BinanceVenueOptions, type ListedVenue, binanceVenue } from './venue.js';
