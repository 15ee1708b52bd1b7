import { rejections } from './rpc-errors.js';

const INTEGER = /^-?\d{1,16}$/;

/** The parameters of a call, read by name with the venue's own complaints. All methods throw RpcError. */
export class RpcParams {
  readonly #values: ReadonlyMap<string, unknown>;

  /** Values of a query are texts; numbers are read from texts as well. */
  constructor(values: Iterable<readonly [string, unknown]>) {
    this.#values = new Map(values);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw rejections.invalid(name, 'must be a string');
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw rejections.missing(name);
    return value;
  }

  /** A whole number, or undefined when not sent. */
  integer(name: string): number | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' && INTEGER.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number))
      throw rejections.invalid(name, 'must be an integer');
    return number;
  }

  requiredInteger(name: string): number {
    const value = this.integer(name);
    if (value === undefined) throw rejections.missing(name);
    return value;
  }

  /** A whole number within bounds; `standard` when not sent. */
  bounded(name: string, standard: number, lowest: number, highest: number): number {
    const value = this.integer(name) ?? standard;
    if (value < lowest || value > highest) throw rejections.invalid(name, `must be from ${lowest} to ${highest}`);
    return value;
  }

  /** One of a few texts; `standard` when not sent. */
  choice(name: string, allowed: readonly string[], standard: string): string {
    const value = this.text(name) ?? standard;
    if (!allowed.includes(value)) throw rejections.invalid(name, `invalid ${name}`);
    return value;
  }

  /** A mandatory list of texts. */
  texts(name: string): readonly string[] {
    const value = this.#values.get(name);
    if (value === undefined) throw rejections.missing(name);
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
      throw rejections.invalid(name, 'must be a list of strings');
    return value;
  }
}
