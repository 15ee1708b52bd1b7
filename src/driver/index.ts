export { type ClaimedConnection, Claims, type ClaimsReading } from './claims.js';
export type { Driver, DriverContext, DriverFactory, DriverResponse, DriverSettings, StreamConsumer } from './driver.js';
export { type ErrorKind, kindOfError, kindOfStatus, OperationError } from './operation-error.js';
export { driverFactories } from './registry.js';
export { venueClients } from './venues/index.js';
export type { BookSnapshot, VenueClient } from './venues/venue-client.js';
