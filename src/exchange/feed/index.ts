export { Beat } from './beat.js';
export type { Counter, Feed, FeedEvent, Subscriber } from './feed.js';
export { FeedHub, type FeedHubOptions } from './feed-hub.js';
export { VenueTime } from './venue-time.js';
