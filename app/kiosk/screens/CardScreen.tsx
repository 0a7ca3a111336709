import { Button } from '../parts/Button.tsx';
import { Icon } from '../parts/Icon.tsx';
import type { ScreenProps } from './screen.ts';

export function CardScreen({ screen, texts, send }: ScreenProps<'card'>) {
  return (
    <div class="outcome">
      <Icon name="card" />
      <div class="prompt">
        <h1 class="guide">{texts.showCard.says}</h1>
        <p class="help">{screen.thenFace ? texts.thenFace : texts.showCard.help}</p>
      </div>
      <div class="actions">
        <Button icon="cancel" label={texts.cancel} onPress={() => send({ kind: 'cancel' })} />
      </div>
    </div>
  );
}
