import type { KioskCommand } from '../contract/kioskCommand.ts';
import type { Screen } from '../contract/kioskView.ts';

/** What a key on a keyboard or keypad says on a screen, if anything. `onButton`: Enter belongs to a button in focus. */
export function commandOfKey(key: string, screen: Screen, onButton: boolean): KioskCommand | undefined {
  if (key === 'Escape') return escapeFrom(screen);
  if (screen.kind !== 'pin' || screen.checking) return undefined;
  if (/^[0-9]$/.test(key)) return { kind: 'press-digit', digit: Number(key) };
  if (key === 'Backspace') return { kind: 'erase-digit' };
  return key === 'Enter' && !onButton && screen.digits > 0 ? { kind: 'confirm' } : undefined;
}

function escapeFrom(screen: Screen): KioskCommand | undefined {
  if (screen.kind === 'idle') return undefined;
  return screen.kind === 'document' ? { kind: 'close-document' } : { kind: 'cancel' };
}
