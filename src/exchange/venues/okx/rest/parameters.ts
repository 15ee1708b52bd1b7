import { rejections } from '../rest-errors.js';

const INTEGER = /^\d{1,16}$/;

/** The query of a request. An empty value counts as none, a name that nobody reads is ignored. Throws OkxError. */
export class RestParameters {
  readonly #query: URLSearchParams;

  constructor(query: URLSearchParams) {
    this.#query = query;
  }

  text(name: string): string | undefined {
    return this.#query.get(name) || undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw rejections.missing(name);
    return value;
  }

  /** One of `values`; mandatory. */
  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.required(name);
    const known = values.find((one) => one === value);
    if (known === undefined) throw rejections.badParameter(name);
    return known;
  }

  /** A whole number, or undefined when not sent. */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!INTEGER.test(value)) throw rejections.badParameter(name);
    return Number(value);
  }

  /** How many of something: at least 1, cut at `maximum`. */
  count(name: string, standard: number, maximum: number): number {
    const value = this.integer(name) ?? standard;
    if (value === 0) throw rejections.badParameter(name);
    return Math.min(value, maximum);
  }
}
