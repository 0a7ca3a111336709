import { useRef } from 'preact/hooks';
import type { KioskView } from '../../contract/kioskView.ts';
import { DOCUMENTS } from '../documents/documents.ts';
import { fill, readBlocks, type Block } from '../documents/markdown.ts';
import { Button } from '../parts/Button.tsx';
import type { ScreenProps } from './screen.ts';

/** Share of the visible part that one touch moves on, so that the last line is seen again. */
const PAGE_SHARE = 0.8;

export function DocumentScreen({ view, screen, texts, send }: ScreenProps<'document'>) {
  const blocks = readBlocks(DOCUMENTS[screen.document][view.language]);
  const pages = useRef<HTMLElement>(null);
  const turn = (direction: 1 | -1): void =>
    pages.current?.scrollBy({ top: direction * PAGE_SHARE * pages.current.clientHeight });
  return (
    <div class="document">
      {/* Keyed by text, so that another document or language begins at its top. */}
      <article key={`${screen.document} ${view.language}`} ref={pages} class="pages" tabIndex={0}>
        {blocks.map((block) => drawn(block, view))}
      </article>
      <div class="actions">
        <Button icon="up" label={texts.pageUp} onPress={() => turn(-1)} />
        <Button icon="down" label={texts.pageDown} onPress={() => turn(1)} />
        <Button icon="back" label={texts.close} onPress={() => send({ kind: 'close-document' })} />
      </div>
    </div>
  );
}

function drawn(block: Block, view: KioskView) {
  const values = {
    handlerName: view.handler.name,
    handlerContact: view.handler.contact,
    accessPoint: view.accessPoint,
  };
  switch (block.kind) {
    case 'title':
      return <h1 class="title">{fill(block.text, values)}</h1>;
    case 'heading':
      return <h2>{fill(block.text, values)}</h2>;
    case 'paragraph':
      return <p>{fill(block.text, values)}</p>;
    case 'list':
      return (
        <ul>
          {block.items.map((item) => (
            <li>{fill(item, values)}</li>
          ))}
        </ul>
      );
  }
}
