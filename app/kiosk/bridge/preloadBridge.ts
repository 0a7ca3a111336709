import type { KioskBridge } from '../../contract/bridge.ts';
import { readView } from './parseView.ts';

declare global {
  interface Window {
    /** Given by the preload script in Electron. */
    readonly lintel?: KioskBridge;
  }
}

/** The preload's bridge with every view parsed again on this side of the border. */
export function preloadBridge(given: KioskBridge): KioskBridge {
  return {
    subscribe: (onView, onMirror) =>
      given.subscribe((crossed) => {
        const view = crossed === undefined ? undefined : readView(crossed);
        if (view !== undefined || crossed === undefined) onView(view);
      }, onMirror),
    send: (command) => given.send(command),
  };
}
