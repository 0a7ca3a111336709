import type { AccessDecision } from '#core/access/decide.ts';
import type { Factor } from '#core/access/request.ts';
import type { KioskConfig } from '#core/config/terminalConfig.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { TypedCards } from '#core/ports/hardware.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { KioskCommand } from '#contract/kioskCommand.ts';
import {
  PERSONAL_NUMBER_DIGITS_MAX,
  PIN_DIGITS_MAX,
  type KioskView,
  type Language,
  type Screen,
} from '#contract/kioskView.ts';
import { Deadline } from './deadline.ts';
import { NOTHING_SEEN, type FacePicture } from './facePicture.ts';
import { denialTold, guidanceFor } from './told.ts';

/** What a person asked for at the screen, for the terminal to carry out. */
export interface KioskWishes {
  useFace(): void;
  /** The camera looks for the code of a pass for a while. */
  showPass(): void;
  /** Nobody is looked at while somebody uses another way in. */
  pauseFace(paused: boolean): void;
  cancelFace(): void;
  /** Without a number it is the PIN of whoever has shown something else already. */
  tryPin(personalNumber: string, pin: string): void;
}

/** What the view says of its terminal besides the screen. */
export interface KioskSurroundings {
  readonly simulated: boolean;
  readonly accessPoint: string;
  readonly handler: { readonly name: string; readonly contact: string };
  faceWay(): KioskView['face'];
  takesPasses(): boolean;
  doorTold(): KioskView['door'];
  sound(): KioskView['sound'];
}

export interface KioskSessionParts {
  readonly config: KioskConfig;
  readonly clock: Clock;
  readonly wishes: KioskWishes;
  readonly surroundings: KioskSurroundings;
  /** Of the reader that types at this screen; undefined where there is none. */
  readonly typedCards: TypedCards | undefined;
}

type Pad = { entering: 'personal-number' | 'pin'; personalNumber: string; pin: string; checking: boolean };
/** What somebody opened at the screen; it closes by itself. */
type Opened = { kind: 'card'; thenFace: boolean } | { kind: 'pin'; pad: Pad } | undefined;

/**
 * The screen's side of one access point: what is shown, and what a touch means. It keeps all the state, so that a screen
 * may be reloaded at any moment.
 */
export class KioskSession {
  readonly #config: KioskConfig;
  readonly #wishes: KioskWishes;
  readonly #surroundings: KioskSurroundings;
  readonly #typedCards: TypedCards | undefined;
  readonly #listeners = new Listeners<[view: KioskView]>();
  #language: Language;
  #face: FacePicture = NOTHING_SEEN;
  #opened: Opened;
  /** Of the pass that is looked for. */
  #passThenFace = false;
  /** What would bring whoever has begun nearer. */
  #asked: readonly Factor[] = [];
  #document: Extract<Screen, { kind: 'document' }> | undefined;
  #outcome: Extract<Screen, { kind: 'granted' | 'denied' }> | undefined;
  readonly #outcomeEnds: Deadline;
  readonly #idle: Deadline;

  constructor(parts: KioskSessionParts) {
    this.#config = parts.config;
    this.#outcomeEnds = new Deadline(parts.clock);
    this.#idle = new Deadline(parts.clock);
    this.#wishes = parts.wishes;
    this.#surroundings = parts.surroundings;
    this.#typedCards = parts.typedCards;
    this.#language = parts.config.language;
  }

  get view(): KioskView {
    const { simulated, accessPoint, handler } = this.#surroundings;
    return {
      version: 1,
      language: this.#language,
      simulated,
      accessPoint,
      handler,
      face: this.#surroundings.faceWay(),
      pass: this.#surroundings.takesPasses(),
      typedCards: this.#typedCards !== undefined,
      cameraOn: this.#face.cameraOn,
      preview: this.#config.preview,
      pixelPitchMm: this.#config.pixelPitchMm,
      door: this.#surroundings.doorTold(),
      sound: this.#surroundings.sound(),
      screen: this.#screen(),
    };
  }

  /** Calls at once with the view as it is, and at every change. */
  subscribe(listener: (view: KioskView) => void): Disposable {
    const own = this.#listeners.add(listener);
    listener(this.view);
    return own;
  }

  /** Is a card awaited that only names whose face is to be compared? */
  get awaitsCardForFace(): boolean {
    return this.#opened?.kind === 'card' && this.#opened.thenFace;
  }

  get awaitsPassForFace(): boolean {
    return this.#face.reading && this.#passThenFace;
  }

  /** May a screen say so here? A card is typed only where there is a reader that types. */
  takes({ kind }: KioskCommand): boolean {
    return this.#typedCards !== undefined || (kind !== 'card-typed' && kind !== 'card-misread');
  }

  command(command: KioskCommand): void {
    this.#obey(command);
    this.#armIdle();
    this.#changed();
  }

  showFace(picture: FacePicture): void {
    this.#face = picture;
    this.#changed();
  }

  /** What was shown is not enough. Of several ways on one is offered; the others are a touch away. */
  ask(needed: readonly Factor[]): void {
    this.#dropOutcome();
    this.#asked = needed;
    if (needed.includes('pin')) this.#open({ kind: 'pin', pad: this.#newPad() });
    else if (needed.includes('card')) this.#open({ kind: 'card', thenFace: false });
    else if (needed.includes('pass') && !needed.includes('face')) this.#showPass(false);
    else {
      this.#opened = undefined;
      this.#wishes.pauseFace(false);
    }
    this.#armIdle();
    this.#changed();
  }

  /** The door or the way in with a face changed. */
  refresh(): void {
    this.#changed();
  }

  /** The card that was awaited has come; a face is looked at next. */
  cardTaken(): void {
    this.#opened = undefined;
    this.#changed();
  }

  /** Shows how an access ended. A face that was not asked for never interrupts somebody at the screen with a refusal. */
  showDecision(decision: AccessDecision, by: Factor, intent: boolean): void {
    if (decision.kind === 'denied' && !intent && (this.#opened !== undefined || this.#document !== undefined)) return;
    this.#outcome =
      decision.kind === 'granted' ? { kind: 'granted', by } : { kind: 'denied', reason: denialTold(decision.reason) };
    this.#opened = undefined;
    this.#asked = [];
    this.#document = undefined;
    this.#wishes.pauseFace(false);
    this.#outcomeEnds.in(this.#config.outcomeMs, () => {
      this.#outcome = undefined;
      this.#changed();
    });
    this.#changed();
  }

  stop(): void {
    this.#outcomeEnds[Symbol.dispose]();
    this.#idle[Symbol.dispose]();
    this.#opened = undefined;
    this.#listeners.clear();
  }

  #obey(command: KioskCommand): void {
    switch (command.kind) {
      case 'choose-language':
        this.#language = command.language;
        return;
      case 'open-document':
        this.#document = { kind: 'document', document: command.document };
        return;
      case 'close-document':
        this.#document = undefined;
        return;
      case 'use-face':
        return this.#useFace();
      case 'use-card':
        return this.#open({ kind: 'card', thenFace: false });
      case 'use-pin':
        return this.#open({ kind: 'pin', pad: this.#newPad() });
      case 'use-pass':
        return this.#showPass(false);
      case 'cancel':
        return this.#close();
      case 'card-typed':
        return this.#typedCards?.typed(command.text);
      case 'card-misread':
        return this.#typedCards?.mistyped();
      case 'press-digit':
      case 'erase-digit':
      case 'confirm':
        if (this.#opened?.kind === 'pin') this.#atPad(this.#opened.pad, command);
    }
  }

  #newPad(): Pad {
    const entering = this.#asked.includes('pin') ? 'pin' : 'personal-number';
    return { entering, personalNumber: '', pin: '', checking: false };
  }

  #useFace(): void {
    this.#dropOutcome();
    if (this.#asked.includes('face')) {
      this.#opened = undefined;
      this.#wishes.pauseFace(false);
      return this.#wishes.useFace();
    }
    const way = this.#surroundings.faceWay();
    if (way === 'card-first') return this.#open({ kind: 'card', thenFace: true });
    if (way === 'pass-first') return this.#showPass(true);
    if (way === 'none' || way === 'out-of-order') return;
    this.#opened = undefined;
    this.#wishes.pauseFace(false);
    this.#wishes.useFace();
  }

  #showPass(thenFace: boolean): void {
    if (!this.#surroundings.takesPasses()) return;
    this.#dropOutcome();
    this.#opened = undefined;
    this.#passThenFace = thenFace;
    this.#wishes.pauseFace(false);
    this.#wishes.showPass();
  }

  #open(opened: NonNullable<Opened>): void {
    this.#dropOutcome();
    this.#opened = opened;
    this.#wishes.pauseFace(true);
  }

  #close(): void {
    this.#dropOutcome();
    this.#document = undefined;
    this.#opened = undefined;
    this.#asked = [];
    this.#wishes.cancelFace();
    this.#wishes.pauseFace(false);
  }

  #dropOutcome(): void {
    this.#outcomeEnds[Symbol.dispose]();
    this.#outcome = undefined;
    this.#document = undefined;
  }

  #atPad(
    pad: Pad,
    command: { kind: 'press-digit'; digit: number } | { kind: 'erase-digit' } | { kind: 'confirm' },
  ): void {
    if (pad.checking) return;
    const field = pad.entering === 'pin' ? 'pin' : 'personalNumber';
    const digitsMax = pad.entering === 'pin' ? PIN_DIGITS_MAX : PERSONAL_NUMBER_DIGITS_MAX;
    switch (command.kind) {
      case 'press-digit':
        if (pad[field].length < digitsMax) pad[field] += String(command.digit);
        return;
      case 'erase-digit':
        if (pad.entering === 'pin' && pad.pin === '' && pad.personalNumber !== '') pad.entering = 'personal-number';
        else pad[field] = pad[field].slice(0, -1);
        return;
      case 'confirm':
        if (pad[field] === '') return;
        if (pad.entering === 'personal-number') pad.entering = 'pin';
        else {
          pad.checking = true;
          this.#wishes.tryPin(pad.personalNumber, pad.pin);
        }
    }
  }

  /** Nobody touches the screen any more: it forgets what was typed, and speaks the configured language again. */
  #armIdle(): void {
    this.#idle.in(this.#config.idleAfterMs, () => {
      if (this.#opened !== undefined || this.#asked.length > 0) this.#close();
      this.#document = undefined;
      this.#language = this.#config.language;
      this.#changed();
    });
  }

  #screen(): Screen {
    if (this.#document !== undefined) return this.#document;
    if (this.#outcome !== undefined) return this.#outcome;
    if (this.#opened?.kind === 'card') return this.#opened;
    if (this.#opened?.kind === 'pin') {
      const { entering, pin, personalNumber, checking } = this.#opened.pad;
      return { kind: 'pin', entering, digits: (entering === 'pin' ? pin : personalNumber).length, checking };
    }
    if (this.#face.reading) {
      return { kind: 'pass', thenFace: this.#passThenFace, hint: this.#face.foreignCode ? 'no-pass' : 'show' };
    }
    if (!this.#face.looking) return { kind: 'idle' };
    const { hint, outline, aspect, progress } = this.#face;
    return {
      kind: 'looking',
      guidance: guidanceFor(hint),
      progress,
      ...(outline === undefined ? {} : { outline }),
      ...(aspect === undefined ? {} : { aspect }),
    };
  }

  #changed(): void {
    this.#listeners.tell(this.view);
  }
}
