import { subscribe, unsubscribe } from 'node:diagnostics_channel';

const CONNECTED = 'undici:client:connected';

/**
 * Looks over the shoulder of a ccxt client: what it asks and is told, counted where it passes. Nothing that the client
 * does is changed, but that it may go nowhere else than to the mock.
 */
export class Witness {
  requests = 0;
  /** Connections opened for requests, and for streams. */
  restConnections = 0;
  sockets = 0;
  /** What the last request was answered with. */
  response;
  /** Market-data messages by the exchange's name of their stream. */
  messages = new Map();
  #last = new Map();
  #port;

  /** `streamOf` tells the stream of a message by the socket's URL; undefined for one that is no market data. */
  constructor(client, { rest, ws }, streamOf) {
    this.#port = new URL(rest).port;
    this.#watchRequests(client, rest);
    this.#watchSockets(client, ws);
    this.#watchMessages(client, streamOf);
    subscribe(CONNECTED, this.#connected);
  }

  /** The last message of a stream that the client has taken in. */
  last(stream) {
    return this.#last.get(stream);
  }

  end() {
    unsubscribe(CONNECTED, this.#connected);
  }

  #watchRequests(client, rest) {
    const request = client.fetch.bind(client);
    client.fetch = async (url, ...others) => {
      stayWithin(url, rest);
      this.requests += 1;
      this.response = await request(url, ...others);
      return this.response;
    };
  }

  #watchSockets(client, ws) {
    const open = client.client.bind(client);
    client.client = (url) => {
      stayWithin(url, ws);
      return open(url);
    };
    client.onConnected = () => {
      this.sockets += 1;
    };
  }

  #watchMessages(client, streamOf) {
    const handle = client.handleMessage.bind(client);
    client.handleMessage = (socket, message) => {
      const stream = streamOf(message, socket.url);
      if (stream !== undefined) {
        this.messages.set(stream, (this.messages.get(stream) ?? 0) + 1);
        this.#last.set(stream, message);
      }
      return handle(socket, message);
    };
  }

  #connected = ({ connectParams }) => {
    if (connectParams.port === this.#port) this.restConnections += 1;
  };
}

function stayWithin(url, origin) {
  if (new URL(url).origin !== new URL(origin).origin) throw new Error(`the client wants to go to ${url}`);
}
