import type { KioskCommand } from './kioskCommand.ts';
import type { KioskView } from './kioskView.ts';
import type { MirrorPicture } from './mirrorFrame.ts';

/** What a screen is given of its terminal, by the preload in Electron or by the loopback socket elsewhere. */
export interface KioskBridge {
  /** Calls with the newest view, at once where one is known, and with `undefined` while the terminal is away. */
  subscribe(
    onView: (view: KioskView | undefined) => void,
    onMirror: (picture: MirrorPicture | undefined) => void,
  ): () => void;
  send(command: KioskCommand): void;
}
