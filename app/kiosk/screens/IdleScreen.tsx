import type { KioskView } from '../../contract/kioskView.ts';
import { Icon, type IconName } from '../parts/Icon.tsx';
import type { Texts } from '../texts/texts.ts';
import type { ScreenProps } from './screen.ts';

/** The ways in, of one size and one look: none is offered above another. [requirement 15] */
export function IdleScreen({ view, texts, send }: ScreenProps<'idle'>) {
  const door = doorSays(view.door, texts);
  const { face } = view;
  return (
    <div class="idle">
      <h1 class="title">{texts.chooseWay}</h1>
      {door !== undefined && (
        <p class="door-says">
          <Icon name="door" />
          <span>{door}</span>
        </p>
      )}
      <div class={view.pass ? `ways ${face === 'none' ? 'three' : 'four'}` : 'ways'}>
        {face !== 'none' && (
          <Way
            icon="face"
            label={texts.face}
            help={texts.faceWay[face]}
            off={face === 'out-of-order'}
            onPress={() => send({ kind: 'use-face' })}
          />
        )}
        <Way icon="card" label={texts.card} help={texts.cardHelp} onPress={() => send({ kind: 'use-card' })} />
        <Way icon="pin" label={texts.pin} help={texts.pinHelp} onPress={() => send({ kind: 'use-pin' })} />
        {view.pass && (
          <Way icon="pass" label={texts.pass} help={texts.passHelp} onPress={() => send({ kind: 'use-pass' })} />
        )}
      </div>
    </div>
  );
}

interface WayProps {
  readonly icon: IconName;
  readonly label: string;
  readonly help: string;
  readonly off?: boolean;
  readonly onPress: () => void;
}

function Way({ icon, label, help, off = false, onPress }: WayProps) {
  return (
    <button type="button" class="way" disabled={off} onClick={onPress}>
      <Icon name={icon} />
      <span class="way-label">{label}</span>
      <span class="way-help">{help}</span>
    </button>
  );
}

function doorSays(door: KioskView['door'], texts: Texts): string | undefined {
  if (door === 'held-open' || door === 'forced-open') return texts.closeDoor;
  return door === 'unlocked' ? texts.doorOpenToAll : undefined;
}
