import { type Document, isMap, isNode, isSeq, type LineCounter, type Node, type Pair, type Scalar } from 'yaml';
import type { SourceLocation } from '../base/index.js';

export type Path = readonly (string | number)[];

/** Finds lines and columns in one parsed YAML document. */
export class Positions {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #file: string;

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  /** True when the document itself holds something at `path`. */
  has(path: Path): boolean {
    return this.#document.hasIn(path);
  }

  /** The value at `path` (or its key); the nearest parent's key when there is no such value. */
  locate(path: Path, want: 'key' | 'value' = 'value'): SourceLocation {
    let target = [...path];
    while (target.length > 0 && !this.has(target)) target = target.slice(0, -1);
    const missing = target.length < path.length;
    const offset = this.#offset(target, missing ? 'key' : want);
    return offset === undefined ? { file: this.#file } : this.at(offset);
  }

  at(offset: number): SourceLocation {
    const { line, col } = this.#lines.linePos(offset);
    return line === 0 ? { file: this.#file } : { file: this.#file, line, column: col };
  }

  #offset(path: Path, want: 'key' | 'value'): number | undefined {
    const node = this.#document.getIn(path, true);
    const value = isNode(node) ? start(node) : undefined;
    return want === 'key' ? (this.#keyOffset(path) ?? value) : (value ?? this.#keyOffset(path));
  }

  #keyOffset(path: Path): number | undefined {
    const key = path.at(-1);
    if (key === undefined) return undefined;
    const parent = this.#document.getIn(path.slice(0, -1), true);
    if (isSeq(parent)) return undefined;
    const pair = isMap(parent) ? parent.items.find((item) => nameOf(item) === String(key)) : undefined;
    return pair && isNode(pair.key) ? start(pair.key) : undefined;
  }
}

function nameOf(pair: Pair): string {
  return String((pair.key as Scalar | null)?.value ?? pair.key);
}

function start(node: Node): number | undefined {
  return node.range?.[0];
}
