export { type ClaimedConnection, Claims, type ClaimsReading } from './claims.js';
export type {
  Driver,
  DriverContext,
  DriverFactory,
  DriverResponse,
  DriverSettings,
  ReportedGap,
  StreamConsumer,
  StreamSettings,
} from './driver.js';
export { type ErrorKind, kindOfError, kindOfStatus, OperationError } from './operation-error.js';
export { loadDriver } from './load-driver.js';
export { driverFactories } from './registry.js';
export { venueClients } from './venues/index.js';
export { type KnownRules, underRules } from './venues/under-rules.js';
export type { BookSnapshot, VenueClient } from './venues/venue-client.js';
