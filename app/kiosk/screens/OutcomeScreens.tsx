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

type Way = 'face' | 'card' | 'pin' | 'pass';

const ANY: readonly Way[] = ['face', 'card', 'pin', 'pass'];

/** What can still help. With none, only the handler can. */
const NEXT: Readonly<Record<DenialTold, readonly Way[]>> = {
  'not-recognised': ANY,
  'unknown-card': ANY,
  'wrong-pin': ANY,
  'pass-refused': ANY,
  'locked-out': ['face', 'card', 'pass'],
  'not-valid-now': [],
  'no-access-here': [],
  'door-closed-to-all': [],
  'gate-fault': [],
  'more-needed': ANY,
  'second-person': ANY,
  'other-door-open': ANY,
  'ask-staff': [],
};

/** A denial blames nobody and goes straight on to what may be done next. [requirement 4] */
export function DeniedScreen(props: ScreenProps<'denied'>) {
  const { view, screen, texts, send } = props;
  const line = texts.denied[screen.reason];
  const ways = NEXT[screen.reason].filter((way) => helps(way, view));
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

function helps(way: Way, { face, pass }: KioskView): boolean {
  if (way === 'face') return face === 'tap' || face === 'walk-up';
  return way !== 'pass' || pass;
}

function wayButton(way: Way, { texts, send }: ScreenProps<'denied'>): ComponentChildren {
  return <Button key={way} icon={way} label={texts[way]} onPress={() => send({ kind: `use-${way}` })} />;
}
