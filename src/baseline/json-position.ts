export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Where a text first stops being JSON (RFC 8259), counted from 1; undefined when it is JSON. */
export function jsonErrorPosition(text: string): TextPosition | undefined {
  const scanner = new Scanner(text);
  const whole = scanner.value() && scanner.atEnd();
  if (whole) return undefined;
  const before = text.slice(0, scanner.offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

class Scanner {
  readonly #text: string;
  offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Moves over one value; false leaves `offset` where it went wrong. */
  value(): boolean {
    this.#match(SPACE);
    if (this.#take('{')) return this.#list('}', () => this.#member());
    if (this.#take('[')) return this.#list(']', () => this.value());
    return this.#text[this.offset] === '"' ? this.#string() : this.#match(SCALAR);
  }

  atEnd(): boolean {
    this.#match(SPACE);
    return this.offset === this.#text.length;
  }

  #member(): boolean {
    this.#match(SPACE);
    if (!this.#string()) return false;
    this.#match(SPACE);
    return this.#take(':') && this.value();
  }

  #list(end: string, item: () => boolean): boolean {
    this.#match(SPACE);
    if (this.#take(end)) return true;
    do {
      if (!item()) return false;
      this.#match(SPACE);
    } while (this.#take(','));
    return this.#take(end);
  }

  #string(): boolean {
    if (!this.#take('"')) return false;
    for (;;) {
      const character = this.#text[this.offset];
      // Control characters must be escaped in a string.
      if (character === undefined || character < ' ') return false;
      if (this.#take('"')) return true;
      if (character !== '\\') this.offset += 1;
      else if (!this.#match(ESCAPE)) return false;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.offset] !== character) return false;
    this.offset += 1;
    return true;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    const found = pattern.test(this.#text);
    if (found) this.offset = pattern.lastIndex;
    return found;
  }
}
