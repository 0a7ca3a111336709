import type { ReaderId } from '#core/kernel/ids.ts';
import { millis, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { LinkState } from '#core/ports/hardware.ts';
import type { BaseKey } from './baseKey.ts';
import type { CheckKind } from './check.ts';
import type { Command, CommandKind } from './commands.ts';
import type { Sequence } from './frames.ts';
import {
  CAPABILITY,
  type Capability,
  type CardBits,
  type Identity,
  type ReaderCondition,
  type Refusal,
} from './replies.ts';
import type { Chain, Challenge, Proof, SessionKeys } from './secureChannel.ts';

/** From one question to the next, while a reader answers. */
export const POLL_MS = millis(50);
/** Without a word of the channel for so long a reader is offline (the standard's time). */
export const OFFLINE_MS = millis(8_000);
/** A command that was not answered by then is given up, and the channel with it: a late output would be a surprise. */
export const COMMAND_MS_MAX = millis(2_000);
/** After an alarm, before the reader is asked again. */
export const REST_MS = millis(5_000);
/** An alarm is over when the channel has stood for so long. */
export const ALARM_OVER_MS = millis(8_000);
/** Waits between the questions to a reader that does not answer; the last one goes on for ever. */
export const PROBE_MS: readonly Millis[] = [100, 200, 500, 1_000, 2_000].map(millis);
/** Commands that may wait for their turn. */
export const COMMANDS_WAITING_MAX = 16;

/** What is wrong with a reader, as far as it is no mere silence. */
export type AlarmKind =
  /** It said something in the clear that only the channel may say. */
  | 'in-the-clear'
  /** It does not offer the channel. */
  | 'no-channel'
  /** It does not have the key that it should. */
  | 'wrong-key'
  /** It has, or is to be spoken to with, the key that everybody knows. */
  | 'default-key'
  /** Nobody has given it a key. */
  | 'no-key'
  /** A frame whose MAC is not the reader's. */
  | 'forged';

export const ALARM_SAYS: Readonly<Record<AlarmKind, string>> = {
  'in-the-clear': 'the reader spoke outside the secure channel; what it said was not heard',
  'no-channel': 'the reader does not offer the secure channel; it is not listened to',
  'wrong-key': 'the reader has another key than the one set at its installation; it is not listened to',
  'default-key': "the reader stands with its maker's default key, which everybody knows; install it again",
  'no-key': 'the reader has no key yet; install it',
  forged: 'a frame on the line was not made by the reader; it was not heard',
};

export type ReaderEvent =
  | { readonly kind: 'link'; readonly link: LinkState; readonly why: string }
  | { readonly kind: 'identified'; readonly identity: Identity }
  | { readonly kind: 'capable'; readonly capabilities: readonly Capability[] }
  | { readonly kind: 'channel-open'; readonly uid: string }
  | { readonly kind: 'channel-lost'; readonly why: string }
  | { readonly kind: 'alarm'; readonly alarm: AlarmKind; readonly says: string }
  | { readonly kind: 'alarm-over'; readonly alarm: AlarmKind }
  | { readonly kind: 'card'; readonly reader: number; readonly bits: CardBits; readonly wiegand: boolean }
  | { readonly kind: 'card-text'; readonly reader: number; readonly text: string }
  | { readonly kind: 'keypad'; readonly reader: number; readonly keys: string }
  | { readonly kind: 'inputs' | 'outputs'; readonly active: readonly boolean[] }
  | { readonly kind: 'local'; readonly tampered: boolean; readonly powerFailed: boolean }
  | { readonly kind: 'readers'; readonly conditions: readonly ReaderCondition[] }
  /** Through the channel, and not understood. */
  | { readonly kind: 'not-understood'; readonly code: number }
  | { readonly kind: 'done'; readonly ticket: number }
  | { readonly kind: 'refused'; readonly ticket: number; readonly refusal: Refusal }
  | { readonly kind: 'given-up'; readonly ticket: number; readonly why: string }
  /**
   * From now on exactly these keys are to lie in the vault, newest first. With `answers` the machine waits to be told
   * that they do.
   */
  | { readonly kind: 'keep-keys'; readonly keys: readonly BaseKey[]; readonly answers: boolean }
  /** A key that was proved could not be put into the vault: after a restart the reader has to be installed again. */
  | { readonly kind: 'keys-not-kept'; readonly why: string }
  | { readonly kind: 'installed' }
  | { readonly kind: 'installation-failed'; readonly why: string };

/** A question that was put and not answered yet. It is repeated byte for byte. */
export interface Asked {
  readonly kind: CommandKind;
  readonly bytes: Uint8Array;
  readonly sequence: Sequence;
  readonly ticket: number | undefined;
  readonly command: Command;
  readonly firstAt: Monotonic;
  readonly silences: number;
}

export type Phase =
  | { readonly kind: 'identifying'; readonly silences: number }
  | { readonly kind: 'describing' }
  /** `challenge` once it was put. */
  | { readonly kind: 'challenging'; readonly challenge?: Challenge }
  | { readonly kind: 'proving'; readonly proof: Proof }
  | {
      readonly kind: 'secured';
      readonly uid: string;
      readonly keys: SessionKeys;
      readonly chain: Chain;
      /** The last one used. */
      readonly sequence: Sequence;
      readonly since: Monotonic;
      /** Has a reply come through the channel? */
      readonly proven: boolean;
    }
  /** Until `dueAt`, then from the beginning. */
  | { readonly kind: 'resting' };

export interface Waiting {
  readonly command: Command;
  /** Undefined where nobody waits for the outcome. */
  readonly ticket: number | undefined;
  readonly since: Monotonic;
}

export interface Candidate {
  readonly base: BaseKey;
  readonly asDefault: boolean;
}

export interface Installation {
  readonly newKey: BaseKey;
  readonly until: Monotonic;
  /** Keys that the reader may have now, in the order in which they are tried. */
  readonly candidates: readonly Candidate[];
  readonly stage: 'opening' | 'keeping' | 'setting' | 'proving';
  /** How often the new key was not proved. */
  readonly failures: number;
}

/** One reader, as the panel knows it. */
export interface Reader {
  readonly id: ReaderId;
  readonly address: number;
  /** Is it asked for its inputs, tamper and power when its channel opens? */
  readonly asksStatus: boolean;
  readonly check: CheckKind;
  readonly phase: Phase;
  readonly asked: Asked | undefined;
  /** When it is to be asked next, or again. */
  readonly dueAt: Monotonic;
  readonly link: LinkState;
  /** When it last answered through the channel. */
  readonly provenAt: Monotonic;
  readonly identity: Identity | undefined;
  readonly capabilities: readonly Capability[] | undefined;
  /** Newest first. More than one while a key is being changed. */
  readonly keys: readonly BaseKey[];
  /** Which of them is tried. */
  readonly keyTried: number;
  /** Challenges without an answer from a reader that had answered before them. */
  readonly challengesPassedOver: number;
  readonly waiting: readonly Waiting[];
  readonly alarms: ReadonlySet<AlarmKind>;
  readonly installation: Installation | undefined;
}

export interface ReaderSettings {
  readonly id: ReaderId;
  /** 0..126 */
  readonly address: number;
  readonly asksStatus?: boolean;
}

export const newReader = (
  { id, address, asksStatus = true }: ReaderSettings,
  keys: readonly BaseKey[],
  at: Monotonic,
): Reader => ({
  id,
  address,
  asksStatus,
  check: 'crc',
  phase: { kind: 'identifying', silences: 0 },
  asked: undefined,
  dueAt: at,
  link: 'down',
  provenAt: at,
  identity: undefined,
  capabilities: undefined,
  keys,
  keyTried: 0,
  challengesPassedOver: 0,
  waiting: [],
  alarms: new Set(),
  installation: undefined,
});

/** As far as it has told. What it says in the clear is only ever held against it. */
export const offersChannel = ({ capabilities }: Reader): boolean =>
  capabilities === undefined ||
  capabilities.some(({ code, level }) => code === CAPABILITY.security && (level & 1) !== 0);

/** A reader after something happened, what there is to tell, and what is to be overwritten. */
export interface Step {
  readonly reader: Reader;
  readonly events: readonly ReaderEvent[];
  readonly forget: readonly Disposable[];
}
