import { isMap, isScalar, isSeq, type Document, type LineCounter } from 'yaml';

export type Path = readonly PropertyKey[];

/** Where things stand in a configuration file, for refusals: `gate.yaml line 12, doors.0.lock`. */
export class Places {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #file: string;

  constructor(document: Document, lines: LineCounter, file: string) {
    this.#document = document;
    this.#lines = lines;
    this.#file = file;
  }

  /** With the line of the nearest thing that is there. */
  of(path: Path, shown: string = path.join('.')): string {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lineOf(this.#document.getIn(path.slice(0, length), true));
      if (line !== undefined) return `${this.#file} line ${line}, ${shown}`;
    }
    return `${this.#file}, ${path.length === 0 ? 'as a whole' : shown}`;
  }

  /** Of something without a name of its own. */
  ofNode(node: unknown): string {
    const line = this.#lineOf(node);
    return line === undefined ? this.#file : `${this.#file} line ${line}`;
  }

  #lineOf(node: unknown): number | undefined {
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    return Array.isArray(range) ? this.#lines.linePos(Number(range[0])).line : undefined;
  }

  /** The same by a name in which members of lists stand with their `id`: `doors.front.board`. */
  ofName(name: string): string {
    let node: unknown = this.#document.contents;
    const path: (string | number)[] = [];
    for (const step of name.split('.')) {
      if (isSeq(node)) {
        const index = node.items.findIndex((item) => isMap(item) && item.get('id') === step);
        if (index < 0) break;
        path.push(index);
        node = node.items[index];
      } else if (isMap(node) && node.has(step)) {
        path.push(step);
        node = node.get(step, true);
      } else break;
    }
    return path.length === 0 ? `${this.#file}, ${name}` : this.of(path, name);
  }

  /** What stands there, as a refusal quotes it. */
  found(path: Path): string {
    const node: unknown = this.#document.getIn(path);
    if (node === undefined) return 'nothing';
    const value: unknown = isMap(node) || isSeq(node) || isScalar(node) ? node.toJSON() : node;
    return JSON.stringify(value) ?? 'nothing';
  }
}
