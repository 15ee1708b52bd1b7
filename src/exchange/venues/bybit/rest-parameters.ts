import { type Category, categoryOf } from './instruments.js';
import { rejections } from './rest-errors.js';

const INTEGER = /^\d{1,15}$/;

/** The query of a request, read by name; what the venue does not know it passes over. All methods throw BybitError. */
export class RestParameters {
  readonly #query: URLSearchParams;

  constructor(query: URLSearchParams) {
    this.#query = query;
  }

  /** Undefined when not sent, or sent empty. */
  text(name: string): string | undefined {
    const value = this.#query.get(name);
    return value === null || value === '' ? undefined : value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw rejections.missing(name);
    return value;
  }

  /** The kind of market; mandatory where there is no standard one. */
  category(standard?: Category): Category {
    const text = standard === undefined ? this.requiredText('category') : (this.text('category') ?? standard);
    const category = categoryOf(text);
    if (!category) throw rejections.invalid('category');
    return category;
  }

  /** A whole number, or undefined when not sent. */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!INTEGER.test(value)) throw rejections.invalid(name);
    return Number(value);
  }

  /** `limit`, cut at `maximum`. */
  limit(standard: number, maximum: number): number {
    const value = this.integer('limit') ?? standard;
    if (value === 0) throw rejections.invalid('limit');
    return Math.min(value, maximum);
  }
}
