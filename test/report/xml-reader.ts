/** An element as it is read back: attributes and text with their references resolved. */
export interface ReadElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ReadElement[];
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const CHARACTER = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

/**
 * Reads a document as strictly as XML 1.0 asks for what renderJUnit may write (elements, attributes, text, references; no
 * comments, sections or doctypes), with the line ends and the attribute white space that a parser normalises.
 * @throws Error at the first character that is not well-formed
 */
export function readXml(document: string): ReadElement {
  if (!CHARACTER.test(document)) throw new Error('a character that XML forbids');
  const source = document.replaceAll(/\r\n?/g, '\n');
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!source.startsWith(declaration)) throw new Error('no declaration');
  const reader = new Reader(source, declaration.length);
  const root = reader.element();
  reader.space();
  if (!reader.atEnd) throw new Error('something after the root');
  return root;
}

class Reader {
  readonly #source: string;
  #at: number;

  constructor(source: string, at: number) {
    this.#source = source;
    this.#at = at;
  }

  get atEnd(): boolean {
    return this.#at === this.#source.length;
  }

  space(): void {
    this.#take(/[ \t\n\r]*/y);
  }

  element(): ReadElement {
    this.#expect('<');
    const name = this.#name();
    const attributes = this.#attributes();
    if (this.#take(/\s*\/>/y) !== '') return { name, attributes, children: [], text: '' };
    if (this.#take(/\s*>/y) === '') throw new Error(`<${name}> does not end at ${this.#at}`);
    const children: ReadElement[] = [];
    let text = '';
    for (;;) {
      const run = this.#take(/[^<]*/y);
      if (run.includes(']]>')) throw new Error(']]> in text');
      text += resolved(run);
      if (this.#source.startsWith('</', this.#at)) break;
      children.push(this.element());
    }
    this.#expect('</');
    if (this.#name() !== name) throw new Error(`<${name}> is closed by another`);
    if (this.#take(/\s*>/y) === '') throw new Error(`</${name}> does not end`);
    return { name, attributes, children, text };
  }

  #attributes(): Record<string, string> {
    const found: Record<string, string> = {};
    while (this.#take(/\s+(?=[A-Za-z_])/y) !== '') {
      const name = this.#name();
      if (Object.hasOwn(found, name)) throw new Error(`attribute ${name} twice`);
      this.#expect('="');
      found[name] = resolved(this.#take(/[^<"]*/y).replaceAll(/[\t\n\r]/g, ' '));
      this.#expect('"');
    }
    return found;
  }

  #name(): string {
    const name = this.#take(/[A-Za-z_][\w.-]*/y);
    if (name === '') throw new Error(`a name is missing at ${this.#at}`);
    return name;
  }

  #expect(text: string): void {
    if (!this.#source.startsWith(text, this.#at)) throw new Error(`expected ${text} at ${this.#at}`);
    this.#at += text.length;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#source) ?? [];
    this.#at += found.length;
    return found;
  }
}

function resolved(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|([a-z]+))?;?/g, (whole, decimal?: string, name?: string) => {
    const character = decimal === undefined ? ENTITIES[name ?? ''] : String.fromCodePoint(Number(decimal));
    if (character === undefined || !whole.endsWith(';')) throw new Error(`no such reference: ${whole}`);
    return character;
  });
}
