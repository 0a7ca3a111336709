import type { KioskCommand } from '../../contract/kioskCommand.ts';
import type { KioskView, Screen } from '../../contract/kioskView.ts';
import type { Texts } from '../texts/texts.ts';

/** What every screen is drawn from. It keeps nothing: the same props give the same picture. */
export interface ScreenProps<K extends Screen['kind']> {
  readonly view: KioskView;
  readonly screen: Extract<Screen, { kind: K }>;
  readonly texts: Texts;
  readonly send: (command: KioskCommand) => void;
}
