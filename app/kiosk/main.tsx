import { render } from 'preact';
import type { KioskCommand } from '../contract/kioskCommand.ts';
import type { KioskView } from '../contract/kioskView.ts';
import { preloadBridge } from './bridge/preloadBridge.ts';
import { SocketBridge } from './bridge/socketBridge.ts';
import { Chime } from './chime.ts';
import { DoorSound } from './doorSound.ts';
import { KeyDesk } from './keyDesk.ts';
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
  const keys = keysOfPage(send);
  let shown: KioskView | undefined;
  const show = (view: KioskView | undefined): void => {
    // A reload in the middle of an outcome draws it again and does not sound it again.
    const kind = view?.screen.kind;
    if (shown !== undefined && kind !== shown.screen.kind && (kind === 'granted' || kind === 'denied'))
      chime.play(kind);
    doorSound.show(view?.sound ?? 'none');
    shown = view;
    keys.show(view);
    render(<Kiosk view={view} mirror={mirror.source} send={send} />, root);
  };
  show(undefined);
  bridge.subscribe(show, (picture) => mirror.pass(picture));
}

function keysOfPage(send: (command: KioskCommand) => void): KeyDesk {
  const keys = new KeyDesk({
    send,
    now: () => performance.now(),
    later: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  });
  addEventListener('keydown', (event) => {
    const { key, timeStamp: at, repeat } = event;
    if (keys.hear({ key, at, repeat, onButton: event.target instanceof HTMLButtonElement })) event.preventDefault();
  });
  return keys;
}

const socketAddress = (): string => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${SOCKET_PATH}`;

const root = document.getElementById('kiosk');
if (root !== null) startKiosk(root);
