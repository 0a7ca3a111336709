import type { ComponentChildren } from 'preact';
import type { DenialTold, KioskView } from '../../contract/kioskView.ts';
import { Button } from '../parts/Button.tsx';
import { Icon } from '../parts/Icon.tsx';
import type { ScreenProps } from './screen.ts';

export function GrantedScreen({ texts, send }: ScreenProps<'granted'>) {
  return (
    <div class="outcome granted">
      <Icon name="granted" />
      <div class="prompt">
        <h1 class="guide">{texts.granted.says}</h1>
        <p class="help">{texts.granted.help}</p>
      </div>
      <div class="actions">
        <Button icon="back" label={texts.back} onPress={() => send({ kind: 'cancel' })} />
      </div>
    </div>
  );
}

type Way = 'face' | 'card' | 'pin';

/** What can still help. With none, only the handler can. */
const NEXT: Readonly<Record<DenialTold, readonly Way[]>> = {
  'not-recognised': ['face', 'card', 'pin'],
  'unknown-card': ['face', 'card', 'pin'],
  'wrong-pin': ['face', 'card', 'pin'],
  'locked-out': ['face', 'card'],
  'not-valid-now': [],
  'no-access-here': [],
  'door-closed-to-all': [],
  'gate-fault': [],
  'more-needed': ['face', 'card', 'pin'],
  'second-person': ['face', 'card', 'pin'],
  'other-door-open': ['face', 'card', 'pin'],
  'ask-staff': [],
};

/** A denial blames nobody and goes straight on to what may be done next. [requirement 4] */
export function DeniedScreen(props: ScreenProps<'denied'>) {
  const { view, screen, texts, send } = props;
  const line = texts.denied[screen.reason];
  const ways = NEXT[screen.reason].filter((way) => way !== 'face' || faceHelps(view));
  return (
    <div class="outcome denied">
      <Icon name="denied" />
      <div class="prompt">
        <h1 class="guide">{line.says}</h1>
        <p class="help">{line.help}</p>
      </div>
      <div class="actions">
        {ways.length === 0 && <p class="help contact">{texts.ask(view.handler.name, view.handler.contact)}</p>}
        {ways.map((way) => wayButton(way, props))}
        <Button icon="back" label={texts.back} onPress={() => send({ kind: 'cancel' })} />
      </div>
    </div>
  );
}

const faceHelps = ({ face }: KioskView): boolean => face === 'tap' || face === 'walk-up';

function wayButton(way: Way, { texts, send }: ScreenProps<'denied'>): ComponentChildren {
  return <Button key={way} icon={way} label={texts[way]} onPress={() => send({ kind: `use-${way}` })} />;
}
