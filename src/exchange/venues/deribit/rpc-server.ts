import type { DeribitContext } from './context.js';
import { Credits } from './credits.js';
import type { Answer, Method, SocketCalls } from './method.js';
import { methodTable } from './method-table.js';
import { RpcError, rejections } from './rpc-errors.js';
import { type RequestId, type RpcRequest, answerJson } from './rpc-message.js';
import type { DeribitRules } from './rules.js';

/** Who calls, and over what. */
export interface Caller {
  readonly remoteAddress: string;
  /** Undefined over HTTP. */
  readonly socket?: SocketCalls;
}

/** What came of a request. */
export interface Outcome {
  /** The whole answer. */
  readonly text: string;
  /** Undefined when the answer is an error. */
  readonly answer: Answer | undefined;
  readonly violated: readonly string[];
  /** The venue ends the session behind this answer. */
  readonly over: boolean;
}

/** The venue's methods behind every transport: credits, errors and envelopes. */
export class RpcServer {
  readonly #context: DeribitContext;
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #credits: Credits;
  readonly #enforce: boolean;

  constructor(context: DeribitContext, rules: DeribitRules, enforce: boolean) {
    this.#context = context;
    this.#methods = methodTable(rules);
    this.#credits = new Credits(rules);
    this.#enforce = enforce;
  }

  /** Reads a request by `parse`, which may throw RpcError, and answers it. */
  answer(parse: () => RpcRequest, { remoteAddress, socket }: Caller): Outcome {
    const usIn = this.#micros();
    const violated: string[] = [];
    const broke = (rule: string): boolean => {
      violated.push(rule);
      return this.#enforce;
    };
    let id: RequestId;
    let over = false;
    try {
      const request = parse();
      ({ id } = request);
      const unpaid = this.#credits.pay(request.method, remoteAddress, this.#context.time.marketNow());
      over = unpaid !== undefined && broke(unpaid);
      if (over) throw rejections.tooManyRequests();
      const answer = this.#method(request.method)(this.#context, { params: request.params, socket, broke });
      return { text: answerJson(id, `"result":${answer.result}`, usIn, this.#micros()), answer, violated, over };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const text = answerJson(id, `"error":${error.json}`, usIn, this.#micros());
      return { text, answer: undefined, violated, over };
    }
  }

  #method(name: string): Method {
    const method = this.#methods.get(name);
    if (method) return method;
    throw name.startsWith('private/') ? rejections.unauthorized() : rejections.methodNotFound();
  }

  #micros(): number {
    return Math.floor(this.#context.time.now() * 1e3);
  }
}
