import { WebSocket as PartyWebSocket } from 'partysocket';
import { OneSocket } from './one-socket.mjs';

// All settings are the defaults: the first retry after 3 s, a dial may take 4 s, no heartbeat.
export const createDriver = (context) =>
  new OneSocket(context, (urlProvider, WebSocket) => new PartyWebSocket(urlProvider, [], { WebSocket }));
