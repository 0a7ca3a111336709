import * as z from 'zod/mini';
import type { AntiPassbackRule, Reset } from '#core/access/antiPassback.ts';
import type { DenialReason } from '#core/access/decide.ts';
import type { Factor } from '#core/access/request.ts';
import type { AlarmKind } from '#core/door/alarm.ts';
import type { DoorEvent, DoorMode } from '#core/door/door.ts';
import type { ModeSource } from '#core/door/modePlan.ts';
import type { TurnstileEvent } from '#core/door/turnstile.ts';
import type { JournalEvent, JournalEventKind } from '#core/journal/entry.ts';
import type { KnownInputState, MisreadReason } from '#core/ports/hardware.ts';
import { CHANGEABLE_KEYS } from '#core/ports/keyRoom.ts';
import { PURGED_TYPES, PURPOSE_ENDS } from '#core/privacy/retention.ts';
import type { AccessPointId, DoorId, JournalId } from '#core/kernel/ids.ts';

// Full records, so that a reason or an event that core gains fails the build here until the journal can read it.

const FACTORS: Record<Factor, Factor> = { face: 'face', card: 'card', pin: 'pin', pass: 'pass' };

const REASONS: Record<DenialReason, DenialReason> = {
  'not-recognised': 'not-recognised',
  ambiguous: 'ambiguous',
  'not-verifiable': 'not-verifiable',
  'attack-suspected': 'attack-suspected',
  'unknown-card': 'unknown-card',
  'credential-suspended': 'credential-suspended',
  'credential-lost': 'credential-lost',
  'wrong-pin': 'wrong-pin',
  'locked-out': 'locked-out',
  'pass-forged': 'pass-forged',
  'pass-spent': 'pass-spent',
  'pass-too-long': 'pass-too-long',
  'nothing-presented': 'nothing-presented',
  'holders-differ': 'holders-differ',
  'unknown-holder': 'unknown-holder',
  'holder-suspended': 'holder-suspended',
  'not-yet-valid': 'not-yet-valid',
  expired: 'expired',
  'no-access-here': 'no-access-here',
  'locked-down': 'locked-down',
  'outside-schedule': 'outside-schedule',
  'more-factors-needed': 'more-factors-needed',
  'first-person-awaited': 'first-person-awaited',
  'passed-back': 'passed-back',
  interlocked: 'interlocked',
  'second-person-needed': 'second-person-needed',
  'journal-unavailable': 'journal-unavailable',
  'strike-unreachable': 'strike-unreachable',
};

const DOOR_EVENTS: Record<DoorEvent, DoorEvent> = {
  'access-taken': 'access-taken',
  'access-not-taken': 'access-not-taken',
  'door-held-open': 'door-held-open',
  'door-forced-open': 'door-forced-open',
  'door-found-open': 'door-found-open',
  'door-closed': 'door-closed',
  egress: 'egress',
  'fire-unlock': 'fire-unlock',
  'fire-cleared': 'fire-cleared',
  'mode-changed': 'mode-changed',
};

const DOOR_MODES: Record<DoorMode, DoorMode> = {
  normal: 'normal',
  unlocked: 'unlocked',
  'locked-down': 'locked-down',
};

const MODE_SOURCES: Record<ModeSource, ModeSource> = { operator: 'operator', schedule: 'schedule', nobody: 'nobody' };

const TURNSTILE_EVENTS: Record<TurnstileEvent, TurnstileEvent> = {
  'access-taken': 'access-taken',
  'access-not-taken': 'access-not-taken',
  egress: 'egress',
  'fire-unlock': 'fire-unlock',
  'fire-cleared': 'fire-cleared',
  'arm-dropped': 'arm-dropped',
  'arm-raised': 'arm-raised',
  'mode-changed': 'mode-changed',
  'passage-wrong-direction': 'passage-wrong-direction',
  'passage-forced': 'passage-forced',
};

const ALARMS: Record<AlarmKind, AlarmKind> = {
  'forced-open': 'forced-open',
  'held-open': 'held-open',
  tamper: 'tamper',
  'passage-forced': 'passage-forced',
  duress: 'duress',
};

const INPUT_STATES: Record<KnownInputState, KnownInputState> = {
  normal: 'normal',
  active: 'active',
  cut: 'cut',
  short: 'short',
};

const MISREADS: Record<MisreadReason, MisreadReason> = {
  length: 'length',
  parity: 'parity',
  field: 'field',
  text: 'text',
  broken: 'broken',
  'random-number': 'random-number',
};

type AntiPassbackKind = AntiPassbackRule['kind'];
const ANTI_PASSBACK: Record<AntiPassbackKind, AntiPassbackKind> = { hard: 'hard', soft: 'soft', timed: 'timed' };

type PassbackReset = Reset['kind'] | 'excused';
const PASSBACK_RESETS: Record<PassbackReset, PassbackReset> = {
  everybody: 'everybody',
  area: 'area',
  holder: 'holder',
  excused: 'excused',
};

const AccessPoint = z.custom<AccessPointId>((value) => typeof value === 'string', 'the name of an access point');
const Door = z.custom<DoorId>((value) => typeof value === 'string', 'the name of a door');
const Id = z.custom<JournalId>((value) => Number.isSafeInteger(value), 'the number of an entry');

const Rows = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('access-granted'), accessPoint: AccessPoint, factors: z.array(z.enum(FACTORS)) }),
  z.strictObject({ kind: z.literal('access-denied'), accessPoint: AccessPoint, reason: z.enum(REASONS) }),
  z.strictObject({ kind: z.enum(DOOR_EVENTS), door: Door }),
  z.strictObject({ kind: z.literal('strike-failed'), door: Door }),
  z.strictObject({ kind: z.enum(['link-lost', 'link-restored']), part: z.string() }),
  z.strictObject({ kind: z.enum(['enrolled', 'consent-ended', 'face-added', 'face-withdrawn']) }),
  z.strictObject({ kind: z.enum(['erasure-asked', 'erased', 'credential-revoked', 'records-read']) }),
  z.strictObject({ kind: z.literal('purpose-ended'), why: z.enum(PURPOSE_ENDS) }),
  z.strictObject({ kind: z.literal('purged'), removed: z.partialRecord(z.enum(PURGED_TYPES), z.number()) }),
  z.strictObject({ kind: z.literal('purge-held'), aheadMs: z.number() }),
  z.strictObject({ kind: z.literal('clock-confirmed') }),
  z.strictObject({ kind: z.enum(['terminal-started', 'terminal-stopped']) }),
  z.strictObject({ kind: z.literal('operator-action'), action: z.string() }),
  z.strictObject({ kind: z.literal('clock-changed'), byMs: z.number() }),
  z.strictObject({ kind: z.literal('journal-damaged'), says: z.string() }),
  z.strictObject({ kind: z.literal('segment-removed'), first: Id, last: Id }),
  z.strictObject({ kind: z.literal('subjects-removed'), upTo: Id }),
  z.strictObject({ kind: z.literal('backup-made'), backup: z.string(), verified: z.boolean() }),
  z.strictObject({ kind: z.literal('backup-failed'), says: z.string() }),
  z.strictObject({
    kind: z.literal('restored'),
    backup: z.string(),
    onto: z.enum(['same-machine', 'another-machine']),
    journal: z.enum(['kept', 'from-backup']),
    upTo: z.number(),
  }),
  z.strictObject({ kind: z.literal('signing-key-changed'), publicKey: z.string() }),
  z.strictObject({ kind: z.literal('key-changed'), key: z.enum(CHANGEABLE_KEYS) }),
  z.strictObject({ kind: z.enum(['duress', 'access-accompanied', 'first-person-came']), accessPoint: AccessPoint }),
  z.strictObject({ kind: z.literal('passed-back'), accessPoint: AccessPoint, rule: z.enum(ANTI_PASSBACK) }),
  z.strictObject({ kind: z.literal('passback-reset'), whose: z.enum(PASSBACK_RESETS) }),
  z.strictObject({ kind: z.literal('interlock-broken'), door: Door }),
  z.strictObject({ kind: z.literal('mode-set'), door: Door, mode: z.enum(DOOR_MODES), by: z.enum(MODE_SOURCES) }),
  z.strictObject({
    kind: z.literal('turnstile'),
    event: z.enum(TURNSTILE_EVENTS),
    door: Door,
    direction: z.exactOptional(z.enum(['entry', 'exit'])),
  }),
  z.strictObject({ kind: z.enum(['tamper', 'tamper-ended']), part: z.string() }),
  z.strictObject({
    kind: z.literal('card-misread'),
    accessPoint: AccessPoint,
    reason: z.enum(MISREADS),
    times: z.number(),
  }),
  z.strictObject({ kind: z.literal('input-changed'), door: Door, input: z.string(), state: z.enum(INPUT_STATES) }),
  z.strictObject({ kind: z.literal('alarm-acknowledged'), alarm: z.enum(ALARMS), place: z.string() }),
  z.strictObject({ kind: z.literal('configuration-changed'), sha256: z.string() }),
  z.strictObject({ kind: z.literal('configuration-refused'), says: z.string() }),
  z.strictObject({ kind: z.literal('journal-exported'), first: Id, last: Id }),
]);

/** The event of a journal row; `never`, which fails the build, while an event of core is missing above. */
export const EventRow: JournalEventKind extends z.infer<typeof Rows>['kind'] ? z.ZodMiniType<JournalEvent> : never =
  Rows;
