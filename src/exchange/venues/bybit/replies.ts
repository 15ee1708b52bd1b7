import type { BadCall, StreamCall } from './stream-requests.js';
import { type Market, STATUS_TOPIC } from './topics.js';

/** Writes the replies of one connection. */
export class Replies {
  readonly #market: Market;
  readonly #connectionId: string;

  constructor(market: Market, connectionId: string) {
    this.#market = market;
    this.#connectionId = connectionId;
  }

  /** The one acknowledgement of a request: spot repeats its operation, the others say nothing. */
  done({ op, id }: StreamCall): string {
    return this.#reply(true, this.#market === 'spot' ? op : '', { req_id: id, op });
  }

  failed({ op, id }: Pick<BadCall, 'op' | 'id'>, error: string): string {
    return this.#reply(false, error, { req_id: id, op });
  }

  /** Spot answers without the request's id, options in a form of their own. */
  pong({ id }: StreamCall, wallMs: number): string {
    if (this.#market === 'option') return JSON.stringify({ args: [String(Math.floor(wallMs))], op: 'pong' });
    return this.#reply(true, 'pong', this.#market === 'spot' ? { op: 'ping' } : { req_id: id, op: 'ping' });
  }

  /** Says on the topic of the system's state that the service will be under maintenance. */
  maintenance(fromMs: number, wallMs: number): string {
    const notice = {
      id: this.#connectionId,
      title: 'System maintenance',
      state: 'scheduled',
      begin: String(Math.floor(fromMs)),
      end: '',
      href: '',
      serviceTypes: [2],
      product: [1, 2],
      uidSuffix: [],
      maintainType: '1',
      env: '1',
    };
    return JSON.stringify({ topic: STATUS_TOPIC, ts: Math.floor(wallMs), data: [notice] });
  }

  #reply(success: boolean, message: string, rest: object): string {
    return JSON.stringify({ success, ret_msg: message, conn_id: this.#connectionId, ...rest });
  }
}
