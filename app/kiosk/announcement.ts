import type { KioskView } from '../contract/kioskView.ts';
import type { Line, Texts } from './texts/texts.ts';

/** What a reader of the screen says aloud when the picture changes. It never holds a name: the view has none. [requirement 16] */
export function announcementOf({ screen }: KioskView, texts: Texts): string {
  switch (screen.kind) {
    case 'idle':
      return texts.chooseWay;
    case 'looking':
      return spoken(texts.guidance[screen.guidance]);
    case 'granted':
      return spoken(texts.granted);
    case 'denied':
      return spoken(texts.denied[screen.reason]);
    case 'card':
      return spoken(texts.showCard);
    case 'pass':
      return spoken(screen.hint === 'show' ? texts.showPass : texts.noPass);
    case 'pin':
      return screen.checking
        ? texts.checking.says
        : `${pinLine(screen.entering, texts)} ${texts.digits(screen.digits)}`;
    case 'document':
      return screen.document === 'notice' ? texts.notice : texts.policy;
  }
}

const spoken = ({ says, help }: Line): string => `${says}. ${help}`;

const pinLine = (entering: 'personal-number' | 'pin', texts: Texts): string =>
  (entering === 'pin' ? texts.pinNow : texts.number).says;
