import type { Screen } from '../../contract/kioskView.ts';
import { Icon } from '../parts/Icon.tsx';
import type { Line, Texts } from '../texts/texts.ts';
import type { ScreenProps } from './screen.ts';

const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0] as const;

/** The pad knows how many digits there are and never which. Cancel and OK are of one size. */
export function PinScreen({ screen, texts, send }: ScreenProps<'pin'>) {
  const line = lineOf(screen, texts);
  return (
    <div class="pin">
      <div class="prompt">
        <p class="step">{line.help}</p>
        <h1 class="title">{line.says}</h1>
        <Dots count={screen.digits} label={texts.digits(screen.digits)} />
      </div>
      <div class="pad">
        {DIGITS.map((digit) => (
          <button
            key={digit}
            type="button"
            class={`key key-${digit}`}
            disabled={screen.checking}
            onClick={() => send({ kind: 'press-digit', digit })}
          >
            {digit}
          </button>
        ))}
        <button
          type="button"
          class="key key-erase"
          disabled={screen.checking}
          onClick={() => send({ kind: 'erase-digit' })}
        >
          <Icon name="erase" />
          <span>{texts.erase}</span>
        </button>
        <button type="button" class="key key-cancel" onClick={() => send({ kind: 'cancel' })}>
          <Icon name="cancel" />
          <span>{texts.cancel}</span>
        </button>
        <button
          type="button"
          class="key key-confirm"
          disabled={screen.checking || screen.digits === 0}
          onClick={() => send({ kind: 'confirm' })}
        >
          <Icon name="confirm" />
          <span>{texts.confirm}</span>
        </button>
      </div>
    </div>
  );
}

function lineOf(screen: Extract<Screen, { kind: 'pin' }>, texts: Texts): Line {
  if (screen.checking) return texts.checking;
  return screen.entering === 'pin' ? texts.pinNow : texts.number;
}

function Dots({ count, label }: { readonly count: number; readonly label: string }) {
  return (
    <p class="dots" role="img" aria-label={label}>
      {Array.from({ length: count }, (_, index) => (
        <span key={index} />
      ))}
    </p>
  );
}
