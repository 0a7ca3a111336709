import type { DenialTold, FaceWay, Guidance, Language } from '../../contract/kioskView.ts';
import { EN } from './en.ts';
import { ZH_HANS } from './zhHans.ts';

/** One line in large letters and one that says what to do about it. */
export interface Line {
  readonly says: string;
  readonly help: string;
}

/** Every word of the screen in one language. */
export interface Texts {
  /** The other language by its own name, as its button says. */
  readonly otherLanguage: string;
  readonly simulated: string;
  readonly chooseWay: string;
  readonly face: string;
  readonly card: string;
  readonly pin: string;
  readonly pass: string;
  readonly faceWay: Readonly<Record<Exclude<FaceWay, 'none'>, string>>;
  readonly cardHelp: string;
  readonly pinHelp: string;
  readonly passHelp: string;
  readonly cameraOn: string;
  readonly cameraOff: string;
  readonly doorOpenToAll: string;
  readonly closeDoor: string;
  readonly guidance: Readonly<Record<Guidance, Line>>;
  readonly granted: Line;
  readonly denied: Readonly<Record<DenialTold, Line>>;
  readonly ask: (name: string, contact: string) => string;
  readonly showCard: Line;
  readonly showPass: Line;
  readonly noPass: Line;
  readonly thenFace: string;
  readonly number: Line;
  readonly pinNow: Line;
  readonly checking: Line;
  readonly digits: (count: number) => string;
  readonly erase: string;
  readonly confirm: string;
  readonly cancel: string;
  readonly back: string;
  readonly close: string;
  readonly pageUp: string;
  readonly pageDown: string;
  readonly notice: string;
  readonly policy: string;
  readonly progress: string;
}

export const TEXTS: Readonly<Record<Language, Texts>> = { 'zh-Hans': ZH_HANS, en: EN };

export const otherLanguage = (language: Language): Language => (language === 'en' ? 'zh-Hans' : 'en');

/** Before the terminal is there, nobody knows the language: both are shown. */
export const AWAY: readonly (Line & { readonly language: Language })[] = [
  { language: 'zh-Hans', says: '请稍候', help: '屏幕正在重新连接。不用屏幕也可以在读卡器上刷卡，出门不受影响。' },
  {
    language: 'en',
    says: 'One moment',
    help: 'The screen is connecting again. The card reader works without it, and you can always leave.',
  },
];
