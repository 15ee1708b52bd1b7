import type { PerpetualSymbol } from '../../market/index.js';
import type { StreamSession, StreamSink } from '../../venue.js';
import type { Endpoint, EndpointContext } from '../binance-common/endpoint.js';
import type { RequestAccount } from '../binance-common/request-limits.js';
import { BinanceError, type LimitError, rejections } from '../binance-common/rest-errors.js';
import { RestParameters } from '../binance-common/rest-parameters.js';
import { Upkeep, type UpkeepOptions } from '../binance-common/upkeep.js';
import { type ApiCall, type CallId, UnreadableCall, parseApiCall } from './api-call.js';

/** Methods of the WebSocket API by the REST path that answers the same question. */
const METHODS: Readonly<Record<string, string>> = {
  ping: '/fapi/v1/ping',
  time: '/fapi/v1/time',
  exchangeInfo: '/fapi/v1/exchangeInfo',
  depth: '/fapi/v1/depth',
  'ticker.price': '/fapi/v1/ticker/price',
  'v2/ticker.price': '/fapi/v2/ticker/price',
  'ticker.book': '/fapi/v1/ticker/bookTicker',
};

export interface ApiSessionOptions extends Omit<UpkeepOptions, 'noticeMs' | 'onNotice' | 'onOver'> {
  readonly context: EndpointContext<PerpetualSymbol>;
  readonly endpoints: Readonly<Record<string, Endpoint<PerpetualSymbol>>>;
  readonly account: RequestAccount;
  /** Whether replies tell the weight used, for requests that do not say. */
  readonly returnRateLimits: boolean;
  readonly onEnd: (session: ApiSession) => void;
}

interface Reply {
  readonly id: CallId;
  readonly status: number;
  /** `"result":…` or `"error":…` */
  readonly outcome: string;
  readonly used: number;
  readonly returnRateLimits: boolean;
}

/**
 * One connection to the WebSocket API: requests and responses matched by id, with the weights of REST from the same
 * account. Requests are limited by their weight alone; the limit on messages counts pings and pongs.
 */
export class ApiSession implements StreamSession {
  readonly #options: ApiSessionOptions;
  readonly #sink: StreamSink;
  readonly #upkeep: Upkeep;

  constructor(options: ApiSessionOptions) {
    this.#options = options;
    this.#sink = options.sink;
    this.#upkeep = new Upkeep({
      ...options,
      noticeMs: 0,
      onNotice: () => undefined,
      onOver: () => {
        this.end();
      },
    });
  }

  receive(text: string): void {
    try {
      this.#answer(parseApiCall(text));
    } catch (error) {
      if (!(error instanceof UnreadableCall)) throw error;
      this.#fail(error.id, error.reason, this.#options.returnRateLimits);
    }
  }

  pong(payload: string): void {
    this.#upkeep.pong(payload);
  }

  pinged(): void {
    this.#upkeep.admits();
  }

  maintenance(): void {
    // The futures market gives no notice.
  }

  end(): void {
    this.#upkeep.stop();
    this.#options.onEnd(this);
  }

  #answer({ id, method, params }: ApiCall): void {
    const { context, endpoints } = this.#options;
    const wanted = params.get('returnRateLimits');
    params.delete('returnRateLimits');
    const returnRateLimits = wanted === null ? this.#options.returnRateLimits : wanted === 'true';
    const endpoint = endpoints[Object.hasOwn(METHODS, method) ? (METHODS[method] ?? '') : ''];
    try {
      if (!endpoint) throw rejections.unsupported();
      const { body, weight } = endpoint.answer(context, new RestParameters(params, endpoint.parameters));
      const { used, refusal } = this.#charge(weight);
      if (refusal) this.#refuse(id, refusal, used, returnRateLimits);
      else this.#reply({ id, status: 200, outcome: `"result":${body}`, used, returnRateLimits });
    } catch (error) {
      if (!(error instanceof BinanceError)) throw error;
      this.#fail(id, error, returnRateLimits);
    }
  }

  #fail(id: CallId, error: BinanceError, returnRateLimits: boolean): void {
    const { used, refusal } = this.#charge(1);
    if (refusal) this.#refuse(id, refusal, used, returnRateLimits);
    else this.#reply({ id, status: 400, outcome: `"error":${error.body}`, used, returnRateLimits });
  }

  /** Books a request; the weight used so far, and the refusal when it is one too many. */
  #charge(weight: number): { readonly used: number; readonly refusal?: LimitError } {
    const { account, context } = this.#options;
    const wallMs = context.time.now();
    const ban = account.banned(wallMs);
    if (ban) {
      this.#sink.violated('banned');
      return { used: account.used(wallMs), refusal: ban };
    }
    const { used, violated, refusal } = account.charge(wallMs, weight);
    for (const rule of violated) this.#sink.violated(rule);
    return { used, ...(refusal && { refusal }) };
  }

  #refuse(id: CallId, error: LimitError, used: number, returnRateLimits: boolean): void {
    const { status, code, message, retryAtMs } = error;
    const data = { serverTime: this.#options.context.time.stamp(), retryAfter: Math.ceil(retryAtMs) };
    const outcome = `"error":${JSON.stringify({ code, msg: message, data })}`;
    this.#reply({ id, status, outcome, used, returnRateLimits });
    // "… an automated IP ban and you will be disconnected".
    if (status === 418) this.#upkeep.close(1008, 'IP banned');
  }

  #reply({ id, status, outcome, used, returnRateLimits }: Reply): void {
    const { weightPerWindow } = this.#options.rules;
    const limit = `{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":${weightPerWindow},"count":${used}}`;
    const limits = returnRateLimits ? `,"rateLimits":[${limit}]` : '';
    this.#sink.reply(`{"id":${JSON.stringify(id)},"status":${status},${outcome}${limits}}`);
  }
}
