import { Button } from '../parts/Button.tsx';
import { Icon } from '../parts/Icon.tsx';
import type { ScreenProps } from './screen.ts';

/** The camera is open for codes alone: whoever holds one up need not stand still. */
export function PassScreen({ screen, texts, send }: ScreenProps<'pass'>) {
  const line = screen.hint === 'show' ? texts.showPass : texts.noPass;
  return (
    <div class="outcome">
      <Icon name="pass" />
      <div class="prompt">
        <h1 class="guide">{line.says}</h1>
        <p class="help">{screen.thenFace && screen.hint === 'show' ? texts.thenFace : line.help}</p>
      </div>
      <div class="actions">
        <Button icon="cancel" label={texts.cancel} onPress={() => send({ kind: 'cancel' })} />
      </div>
    </div>
  );
}
