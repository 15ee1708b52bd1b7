import type { PoolEndpoint } from '../contracts.js';
import type { HttpResponse } from './contracts.js';
import type { Delivery } from './order.js';
import { ResponsePieces, WholeResponse } from './response.js';

interface Facts {
  readonly endpoint: PoolEndpoint;
  readonly tries: number;
  readonly reused: boolean;
}

class PooledResponse extends WholeResponse implements HttpResponse {
  readonly endpoint: PoolEndpoint;
  readonly tries: number;
  readonly reused: boolean;

  constructor({ status, rawHeaders, body }: ResponsePieces, { endpoint, tries, reused }: Facts) {
    super(status, rawHeaders, body);
    this.endpoint = endpoint;
    this.tries = tries;
    this.reused = reused;
  }

  text(): string {
    return this.body.toString('utf8');
  }

  json(): unknown {
    return JSON.parse(this.text());
  }
}

/** Gives the response when it is complete. Nothing is handed on before, so what a failed try brought is forgotten. */
export class WholeDelivery implements Delivery {
  readonly handedOn = false;
  readonly failed: (error: Error) => void;
  readonly #done: (response: HttpResponse) => void;
  #pieces = new ResponsePieces();

  constructor(done: (response: HttpResponse) => void, failed: (error: Error) => void) {
    this.#done = done;
    this.failed = failed;
  }

  head(status: number, rawHeaders: readonly Buffer[]): boolean {
    if (status < 200) return true;
    if (this.#pieces.status > 0) this.#pieces = new ResponsePieces();
    this.#pieces.head(status, rawHeaders);
    return true;
  }

  data(chunk: Buffer): boolean {
    this.#pieces.data(chunk);
    return true;
  }

  done(_rawTrailers: string[] | null, facts: Facts): void {
    this.#done(new PooledResponse(this.#pieces, facts));
  }
}
