import ReconnectingWebSocket from 'reconnecting-websocket';
import { OneSocket } from './one-socket.mjs';

// All settings are the defaults: the first retry after 1 to 5 s (drawn once a process), a dial may take 4 s, no heartbeat.
export const createDriver = (context) =>
  new OneSocket(context, (urlProvider, WebSocket) => new ReconnectingWebSocket(urlProvider, [], { WebSocket }));
