import { rejections } from './rest-errors.js';

const SYMBOL_CHARACTERS = '^[A-Z0-9-_.]{1,20}$';
const SYMBOL = /^[A-Z0-9\-_.]{1,20}$/;
const LIST_CHARACTERS = String.raw`^\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}\]$`;
const LIST = /^\["[A-Z0-9\-_.]{1,20}"(,"[A-Z0-9\-_.]{1,20}")*\]$/;
const INTEGER_CHARACTERS = '^[0-9]{1,20}$';
const INTEGER = /^[0-9]{1,20}$/;
const ZONE = /^([+-]?)(\d{1,2})(?::(\d{2}))?$/;

/** The query of a request, read by name with the venue's own complaints. All methods throw BinanceError. */
export class RestParameters {
  readonly #values: ReadonlyMap<string, string>;

  /** Takes the query if it holds nothing but `allowed` names, each once and with a value. */
  constructor(query: URLSearchParams, allowed: readonly string[]) {
    const values = new Map(query);
    if (values.size < query.size) throw rejections.duplicateValues();
    const read = allowed.filter((name) => values.has(name));
    if (allowed.length === 0 && values.size > 0) throw rejections.tooMany(0, values.size);
    if (read.length < values.size) throw rejections.unread(read.length, values.size);
    for (const [name, value] of values) if (value === '') throw rejections.empty(name);
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  requiredText(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw rejections.missing(name);
    return value;
  }

  /** A symbol's name; mandatory. */
  symbol(): string {
    const value = this.requiredText('symbol');
    if (!SYMBOL.test(value)) throw rejections.illegalCharacters('symbol', SYMBOL_CHARACTERS);
    return value;
  }

  /** Names from `symbol` or `symbols`; undefined when neither was sent. */
  symbols(): { readonly names: readonly string[]; readonly single: boolean } | undefined {
    const list = this.text('symbols');
    if (list === undefined) return this.has('symbol') ? { names: [this.symbol()], single: true } : undefined;
    if (this.has('symbol')) throw rejections.badCombination();
    if (!LIST.test(list)) throw rejections.illegalCharacters('symbols', LIST_CHARACTERS);
    const names = JSON.parse(list) as string[];
    if (new Set(names).size < names.length) throw rejections.duplicateSymbols();
    return { names, single: false };
  }

  /** A whole number, or undefined when not sent. */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!INTEGER.test(value)) throw rejections.illegalCharacters(name, INTEGER_CHARACTERS);
    return Number(value);
  }

  /** `limit`, cut at `maximum` as the venue does. */
  limit(standard: number, maximum: number): number {
    const value = this.integer('limit') ?? standard;
    if (value === 0) throw rejections.badValue('limit');
    return Math.min(value, maximum);
  }

  /** `timeZone` (`5`, `-1:00`, `05:45`) as an offset in ms; 0 when not sent. */
  zoneMs(): number {
    const value = this.text('timeZone');
    if (value === undefined) return 0;
    const match = ZONE.exec(value);
    const minutes = (Number(match?.[2]) * 60 + Number(match?.[3] ?? 0)) * (match?.[1] === '-' ? -1 : 1);
    if (!match || minutes < -12 * 60 || minutes > 14 * 60) throw rejections.badValue('timeZone');
    return minutes * 60_000;
  }
}
