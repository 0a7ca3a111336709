/** The only shapes a document may have: no link, no picture, no markup. */
export type Block =
  | { readonly kind: 'title' | 'heading' | 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] };

/** Reads `#` and `##` headings, paragraphs and `-` lists. Everything else is text as it stands. */
export function readBlocks(source: string): readonly Block[] {
  return source
    .replaceAll('\r\n', '\n')
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(readBlock);
}

function readBlock(part: string): Block {
  if (part.startsWith('# ')) return { kind: 'title', text: part.slice(2) };
  if (part.startsWith('## ')) return { kind: 'heading', text: part.slice(3) };
  const lines = part.split('\n');
  if (lines.every((line) => line.startsWith('- '))) return { kind: 'list', items: lines.map((line) => line.slice(2)) };
  return { kind: 'paragraph', text: lines.join(' ') };
}

export type Placeholders = Readonly<Record<string, string>>;

/** Puts values in for `{{name}}`. A value is text and never read again, so that it cannot bring in another placeholder. */
export function fill(text: string, values: Placeholders): string {
  return text.replace(/\{\{(\w+)\}\}/g, (found, name: string) => values[name] ?? found);
}
