import { render } from 'preact';
import type { KioskView } from '../contract/kioskView.ts';
import { preloadBridge } from './bridge/preloadBridge.ts';
import { SocketBridge } from './bridge/socketBridge.ts';
import { Chime } from './chime.ts';
import { DoorSound } from './doorSound.ts';
import { Kiosk } from './Kiosk.tsx';
import { MirrorRelay } from './parts/mirrorSource.ts';
import './style.css';

const SOCKET_PATH = '/kiosk/socket';

function startKiosk(root: HTMLElement): void {
  const bridge = window.lintel === undefined ? new SocketBridge(socketAddress()) : preloadBridge(window.lintel);
  const mirror = new MirrorRelay();
  const chime = new Chime();
  const doorSound = new DoorSound(
    (sound) => chime.play(sound),
    (ms, act) => {
      const timer = setInterval(act, ms);
      return () => clearInterval(timer);
    },
  );
  const send = bridge.send.bind(bridge);
  let shown: KioskView | undefined;
  const show = (view: KioskView | undefined): void => {
    // A reload in the middle of an outcome draws it again and does not sound it again.
    const kind = view?.screen.kind;
    if (shown !== undefined && kind !== shown.screen.kind && (kind === 'granted' || kind === 'denied'))
      chime.play(kind);
    doorSound.show(view?.sound ?? 'none');
    shown = view;
    render(<Kiosk view={view} mirror={mirror.source} send={send} />, root);
  };
  show(undefined);
  bridge.subscribe(show, (picture) => mirror.pass(picture));
}

const socketAddress = (): string => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${SOCKET_PATH}`;

const root = document.getElementById('kiosk');
if (root !== null) startKiosk(root);
