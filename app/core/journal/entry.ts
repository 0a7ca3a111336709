import type { DenialReason } from '../access/decide.ts';
import type { AntiPassbackRule, Reset } from '../access/antiPassback.ts';
import type { Factor } from '../access/request.ts';
import type { AlarmKind } from '../door/alarm.ts';
import type { DoorEvent, DoorMode } from '../door/door.ts';
import type { ModeSource } from '../door/modePlan.ts';
import type { Direction, TurnstileEvent } from '../door/turnstile.ts';
import type { AccessPointId, DoorId, JournalId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';
import type { PurgedType, PurposeEnd } from '../privacy/retention.ts';
import type { KnownInputState, MisreadReason } from '../ports/hardware.ts';
import type { ChangeableKey } from '../ports/keyRoom.ts';

/** What happened. Nothing in it is derived from a person; the person stands in `subject`, which is sealed. */
export type JournalEvent =
  | { readonly kind: 'access-granted'; readonly accessPoint: AccessPointId; readonly factors: readonly Factor[] }
  | { readonly kind: 'access-denied'; readonly accessPoint: AccessPointId; readonly reason: DenialReason }
  | { readonly kind: DoorEvent; readonly door: DoorId }
  | { readonly kind: 'strike-failed'; readonly door: DoorId }
  | { readonly kind: 'link-lost' | 'link-restored'; readonly part: string }
  | { readonly kind: 'enrolled' }
  /** Somebody enrolled gave a face, for the first time or anew. */
  | { readonly kind: 'face-added' | 'face-withdrawn' }
  /** From now on the subject is restricted; `erased` follows with the last legal minimum, and without the subject's key. */
  | { readonly kind: 'erasure-asked' | 'erased' }
  | { readonly kind: 'credential-revoked' }
  /** Why nothing of the subject is needed any more; the erasure follows at once. */
  | { readonly kind: 'purpose-ended'; readonly why: PurposeEnd }
  /** Somebody looked at the subject's records. */
  | { readonly kind: 'records-read' }
  /** Retention was kept: how much of what was removed. */
  | { readonly kind: 'purged'; readonly removed: Partial<Readonly<Record<PurgedType, number>>> }
  /** The wall clock is so far ahead of what was known that nothing is purged by it. */
  | { readonly kind: 'purge-held'; readonly aheadMs: number }
  | { readonly kind: 'clock-confirmed' }
  /** The consent of the subject had ended, and no template that stood on it is left. */
  | { readonly kind: 'consent-ended' }
  | { readonly kind: 'terminal-started' | 'terminal-stopped' }
  /** Somebody at the console of this machine had the gate do this. */
  | { readonly kind: 'operator-action'; readonly action: string }
  /** The wall clock jumped: `byMs` ahead, or back where it is negative. */
  | { readonly kind: 'clock-changed'; readonly byMs: number }
  /** What a start found wrong with the journal itself. */
  | { readonly kind: 'journal-damaged'; readonly says: string }
  /** Retention removed these entries, the last one included; their head stands in the journal. */
  | { readonly kind: 'segment-removed'; readonly first: JournalId; readonly last: JournalId }
  /** Retention removed whose the access events up to that one are; they still say where and when. */
  | { readonly kind: 'subjects-removed'; readonly upTo: JournalId }
  /** `verified`: it was restored into a scratch place and held what it should. */
  | { readonly kind: 'backup-made'; readonly backup: string; readonly verified: boolean }
  | { readonly kind: 'backup-failed'; readonly says: string }
  /** The people's data came out of this backup; the journal as well, up to that entry, where it is not the gate's own. */
  | {
      readonly kind: 'restored';
      readonly backup: string;
      readonly onto: 'same-machine' | 'another-machine';
      readonly journal: 'kept' | 'from-backup';
      readonly upTo: number;
    }
  /** Said by the old signing key of the new one: lower-case hex of 32 bytes. */
  | { readonly kind: 'signing-key-changed'; readonly publicKey: string }
  /** A key of the terminal was changed; `signing` is told beforehand as well, by the entry above. */
  | { readonly kind: 'key-changed'; readonly key: ChangeableKey }
  // Access control: what readers, doors and turnstiles bring beyond a single passage.
  /** Somebody came in, or was denied, under duress. No screen and no sound says so. */
  | { readonly kind: 'duress'; readonly accessPoint: AccessPointId }
  /** Refused, or let in all the same, against the rule that stands there. */
  | { readonly kind: 'passed-back'; readonly accessPoint: AccessPointId; readonly rule: AntiPassbackRule['kind'] }
  | { readonly kind: 'passback-reset'; readonly whose: Reset['kind'] | 'excused' }
  /** The subject is the first one of two who came in together; the second one has the `access-granted`. */
  | { readonly kind: 'access-accompanied'; readonly accessPoint: AccessPointId }
  | { readonly kind: 'first-person-came'; readonly accessPoint: AccessPointId }
  | { readonly kind: 'interlock-broken'; readonly door: DoorId }
  | { readonly kind: 'mode-set'; readonly door: DoorId; readonly mode: DoorMode; readonly by: ModeSource }
  /** Of a turnstile, which has two ways; `direction` is absent where it is about both. */
  | {
      readonly kind: 'turnstile';
      readonly event: TurnstileEvent;
      readonly door: DoorId;
      readonly direction?: Direction;
    }
  | { readonly kind: 'tamper' | 'tamper-ended'; readonly part: string }
  /** No card that counts was held before the reader, so often since it was told of last; nothing of its bits. */
  | {
      readonly kind: 'card-misread';
      readonly accessPoint: AccessPointId;
      readonly reason: MisreadReason;
      readonly times: number;
    }
  /** A free input, by the name that the configuration gives it. */
  | {
      readonly kind: 'input-changed';
      readonly door: DoorId;
      readonly input: string;
      readonly state: KnownInputState;
    }
  /** By an operator at the console, or by whom the operator's account belongs to. */
  | { readonly kind: 'alarm-acknowledged'; readonly alarm: AlarmKind; readonly place: string }
  /** SHA-256 of the file that is in force from now on, in lower-case hex. */
  | { readonly kind: 'configuration-changed'; readonly sha256: string }
  /** The last good one stays in force. */
  | { readonly kind: 'configuration-refused'; readonly says: string }
  | { readonly kind: 'journal-exported'; readonly first: JournalId; readonly last: JournalId };

export type JournalEventKind = JournalEvent['kind'];

export interface JournalEntry {
  readonly at: WallTime;
  readonly event: JournalEvent;
  /** Whose entry it is. Sealed with that person's record key; unreadable once the key is gone. */
  readonly subject?: Pseudonym;
}

export interface RecordedEntry extends JournalEntry {
  readonly id: JournalId;
  /** Written by a gate whose camera, cards or doors were simulated. */
  readonly simulated: boolean;
}

/** How long an access waits for its entry; beyond it is denied. */
export const JOURNAL_APPEND_MS_MAX = 1_000;
/** Entries that may wait for the disk; what leaving and alarms record waits here while decisions go on. */
export const JOURNAL_WAITING_MAX = 10_000;
/** Wall and monotonic clock may go apart this far between two entries; beyond it, or back at all, the clock jumped. */
export const CLOCK_DRIFT_MS_MAX = 2_000;
