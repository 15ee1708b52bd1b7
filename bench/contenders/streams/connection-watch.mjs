import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ConnectionAccounts } from '../../../dist/pool/index.js';

const DIALS = 'net.client.socket';

/**
 * Writes down which connections a client has that does not tell its sockets: every dial of this process to one of the
 * endpoints, as Node reports it. Whoever knows when one is usable says so with `opened`.
 */
export class ConnectionWatch {
  accounts;
  /** What the connections dialled from now on are for. */
  carries = 'streams';
  #claims;
  #clock;
  #ports;
  #sockets = new Map();

  constructor({ endpoints, claims, clock }) {
    this.#claims = claims;
    this.#clock = clock;
    this.#ports = endpoints.map(({ ws }) => Number(new URL(ws).port));
    this.accounts = new ConnectionAccounts(clock);
    subscribe(DIALS, this.#dialed);
  }

  /** The connection from this local port can be used for streams. */
  opened(localPort) {
    const dial = [...this.#sockets.values()].find(({ row }) => row?.localPort === localPort);
    if (!dial) throw new Error(`no connection was dialled from port ${localPort}`);
    const now = this.#clock.now();
    const tcpMs = dial.connectedAtMs - dial.dialedAtMs;
    dial.row.openedAtMs = now;
    this.accounts.opened(now - dial.dialedAtMs, { dnsMs: 0, tcpMs, tlsMs: 0, upgradeMs: now - dial.connectedAtMs });
    this.accounts.acquireSettled('dialed', now - dial.dialedAtMs);
    this.accounts.waitEnded();
    this.accounts.useBegan(false);
  }

  /** Ends what is left, without a word to the peer, which may be deaf; resolves when it is gone. */
  async close() {
    unsubscribe(DIALS, this.#dialed);
    await Promise.all([...this.#sockets].map(([socket, { gone }]) => (socket.destroy(), gone)));
  }

  #dialed = ({ socket }) => {
    const dial = { row: null, carries: this.carries, dialedAtMs: this.#clock.now(), connectedAtMs: NaN };
    if (dial.carries === 'streams') {
      this.accounts.waitBegan();
      this.accounts.dialBegan();
    }
    dial.gone = new Promise((resolve) => {
      socket.once('close', () => resolve(this.#ended(socket, dial)));
    });
    this.#sockets.set(socket, dial);
    socket.once('connect', () => this.#connected(socket, dial));
  };

  #connected({ localPort, remotePort }, dial) {
    const endpoint = this.#ports.indexOf(remotePort);
    if (endpoint < 0) throw new Error(`the client went to port ${remotePort}, where no endpoint is`);
    dial.connectedAtMs = this.#clock.now();
    dial.row = this.#claims.connection({
      endpoint,
      localPort,
      carries: dial.carries,
      connected: true,
      openedAtMs: dial.carries === 'requests' ? dial.connectedAtMs : null,
      closedAtMs: null,
      requestsSent: 0,
      responsesReceived: 0,
    });
  }

  #ended(socket, { row, carries, dialedAtMs }) {
    const now = this.#clock.now();
    this.#sockets.delete(socket);
    if (row) row.closedAtMs = now;
    if (carries === 'requests') return;
    if (row?.openedAtMs === undefined || row.openedAtMs === null) {
      this.accounts.dialFailed();
      this.accounts.acquireSettled('dialError', now - dialedAtMs);
      this.accounts.waitEnded();
      return;
    }
    this.accounts.useEnded(now - row.openedAtMs);
    this.accounts.connectionClosed('broken', now - row.openedAtMs);
  }
}
