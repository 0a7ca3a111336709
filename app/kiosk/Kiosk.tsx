import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { KioskCommand } from '../contract/kioskCommand.ts';
import type { KioskView } from '../contract/kioskView.ts';
import { announcementOf } from './announcement.ts';
import { Button } from './parts/Button.tsx';
import { Icon } from './parts/Icon.tsx';
import type { MirrorSource } from './parts/mirrorSource.ts';
import { AwayScreen } from './screens/AwayScreen.tsx';
import { CardScreen } from './screens/CardScreen.tsx';
import { DocumentScreen } from './screens/DocumentScreen.tsx';
import { IdleScreen } from './screens/IdleScreen.tsx';
import { LookingScreen } from './screens/LookingScreen.tsx';
import { DeniedScreen, GrantedScreen } from './screens/OutcomeScreens.tsx';
import { PassScreen } from './screens/PassScreen.tsx';
import { PinScreen } from './screens/PinScreen.tsx';
import { otherLanguage, TEXTS, type Texts } from './texts/texts.ts';

export interface KioskProps {
  /** Absent while the terminal is away. */
  readonly view: KioskView | undefined;
  readonly mirror: MirrorSource;
  readonly send: (command: KioskCommand) => void;
}

/** A pure picture of one view. */
export function Kiosk({ view, mirror, send }: KioskProps) {
  return view === undefined ? <AwayScreen /> : <Gate view={view} mirror={mirror} send={send} />;
}

interface GateProps extends KioskProps {
  readonly view: KioskView;
}

function Gate({ view, mirror, send }: GateProps) {
  const texts = TEXTS[view.language];
  const main = useRef<HTMLElement>(null);
  const { kind } = view.screen;
  useLayoutEffect(() => {
    const { documentElement } = document;
    documentElement.lang = view.language;
    documentElement.style.setProperty('--mm', `${1 / view.pixelPitchMm}px`);
  }, [view.language, view.pixelPitchMm]);
  useEffect(() => {
    // A button that went with its screen takes the focus along; the next Tab starts at the new screen.
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, [kind]);
  return (
    <div class={`gate on-${kind}`}>
      {view.simulated && <p class="banner">{texts.simulated}</p>}
      <Status view={view} texts={texts} />
      <main ref={main} tabIndex={-1} data-screen={kind}>
        <Picture view={view} texts={texts} mirror={mirror} send={send} />
      </main>
      <Nav view={view} texts={texts} send={send} />
      <p class="spoken" role="status" aria-live="polite">
        {announcementOf(view, texts)}
      </p>
    </div>
  );
}

function Picture({ view, texts, mirror, send }: GateProps & { readonly texts: Texts }) {
  const { screen } = view;
  switch (screen.kind) {
    case 'idle':
      return <IdleScreen view={view} screen={screen} texts={texts} send={send} />;
    case 'looking':
      return <LookingScreen view={view} screen={screen} texts={texts} send={send} mirror={mirror} />;
    case 'granted':
      return <GrantedScreen view={view} screen={screen} texts={texts} send={send} />;
    case 'denied':
      return <DeniedScreen view={view} screen={screen} texts={texts} send={send} />;
    case 'card':
      return <CardScreen view={view} screen={screen} texts={texts} send={send} />;
    case 'pass':
      return <PassScreen view={view} screen={screen} texts={texts} send={send} />;
    case 'pin':
      return <PinScreen view={view} screen={screen} texts={texts} send={send} />;
    case 'document':
      return <DocumentScreen view={view} screen={screen} texts={texts} send={send} />;
  }
}

function Status({ view, texts }: { readonly view: KioskView; readonly texts: Texts }) {
  return (
    <header class="status">
      <p class="place">{view.accessPoint}</p>
      <p class={view.cameraOn ? 'camera on' : 'camera'}>
        <Icon name={view.cameraOn ? 'camera-on' : 'camera-off'} />
        <span>{view.cameraOn ? texts.cameraOn : texts.cameraOff}</span>
      </p>
    </header>
  );
}

/** Language, notice and policy: one tap away on every screen. [requirement 7] */
function Nav({
  view,
  texts,
  send,
}: {
  readonly view: KioskView;
  readonly texts: Texts;
  readonly send: KioskProps['send'];
}) {
  return (
    <nav class="nav">
      <Button icon="notice" label={texts.notice} onPress={() => send({ kind: 'open-document', document: 'notice' })} />
      <Button icon="policy" label={texts.policy} onPress={() => send({ kind: 'open-document', document: 'policy' })} />
      <Button
        icon="language"
        label={texts.otherLanguage}
        onPress={() => send({ kind: 'choose-language', language: otherLanguage(view.language) })}
      />
    </nav>
  );
}
