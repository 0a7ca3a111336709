import { Button } from '../parts/Button.tsx';
import { Preview } from '../parts/Preview.tsx';
import type { MirrorSource } from '../parts/mirrorSource.ts';
import type { ScreenProps } from './screen.ts';

/** Guidance first, in the largest letters; the preview only helps to stand right. */
export function LookingScreen({
  view,
  screen,
  texts,
  send,
  mirror,
}: ScreenProps<'looking'> & { readonly mirror: MirrorSource }) {
  const line = texts.guidance[screen.guidance];
  return (
    <div class="looking">
      <div class="prompt">
        <h1 class="guide">{line.says}</h1>
        <p class="help">{line.help}</p>
      </div>
      <Preview screen={screen} mirror={view.preview === 'mirror' ? mirror : undefined} label={texts.progress} />
      <div class="actions">
        <Button icon="cancel" label={texts.cancel} onPress={() => send({ kind: 'cancel' })} />
      </div>
    </div>
  );
}
