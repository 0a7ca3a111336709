import * as z from 'zod';
import type { Combination } from '#core/access/factorRule.ts';
import type { AlarmKind } from '#core/door/alarm.ts';
import { millis } from '#core/kernel/units.ts';
import type { AudibleAlarm } from '#core/door/sounding.ts';
import { doorId, id as name, span } from './schemaParts.ts';

const schedule = name.describe('the name of a schedule, or "always"');
const clockTime = z
  .string('a time such as "08:30", in quotes')
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time such as "08:30", up to "24:00"');
const interval = z.strictObject({ from: clockTime, until: clockTime });
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const specialDay = z.strictObject({
  date: z
    .string()
    .regex(/^(?:\d{4}-)?\d{2}-\d{2}$/, 'a date such as 2026-10-01, or 10-01 for every year')
    .describe('2026-10-01, or 10-01 for every year'),
  kind: name.describe('what schedules call it, say "holiday"'),
});

const weekly = z.strictObject({
  days: z.union([z.literal('daily'), z.array(z.enum(WEEKDAYS)).min(1).max(7)]),
  from: clockTime,
  until: clockTime.describe('where it is before "from", it lies on the day after'),
});

const scheduleShape = z.strictObject({
  id: name,
  'time-zone': z.string().min(1).max(60).optional(),
  weekly: z.array(weekly).max(100).default([]),
  special: z
    .record(name, z.array(interval).max(20))
    .default({})
    .describe('in place of the weekly intervals; on a special day of a kind that is not named here nothing is open'),
});

const level = z.strictObject({
  id: name,
  rules: z.array(z.strictObject({ 'access-point': name, schedule })).max(200),
});

const ALARMS = ['forced-open', 'held-open', 'tamper', 'passage-forced', 'duress'] as const satisfies AlarmKind[];

/** Duress is not among them: it is never heard. */
const AUDIBLE = ['forced-open', 'held-open', 'tamper', 'passage-forced'] as const satisfies AudibleAlarm[];
const SOUND_MS_MAX = 900_000;
const soundMs = span(1_000, SOUND_MS_MAX)
  .default(millis(180_000))
  .describe('how long one alarm sounds at most; a Modbus board with flash-on ends it by its own timer');
const sounding = z.array(z.enum(AUDIBLE)).min(1).max(AUDIBLE.length);

const siren = z
  .strictObject({
    board: name,
    relay: z.int().min(1).max(32),
    'for-ms': soundMs,
    sounds: sounding.default([...AUDIBLE]),
  })
  .describe('a relay that sounds while it is energised');

const COMBINATIONS = [
  'face',
  'card',
  'pin',
  'pass',
  'card-and-pin',
  'card-and-face',
  'face-and-pin',
  'pass-and-pin',
  'pass-and-face',
] as const satisfies Combination[];

export const CAMERA_MODES = ['walk-up', 'tap-to-look', 'card-then-face', 'pass-then-face', 'no-face'] as const;

/** Sections of the file that say who comes in where, when and with what. */
export const accessSections = {
  'time-zone': z.string().min(1).max(60).optional().describe('a name of the IANA list, say Asia/Shanghai'),
  'special-days': z.array(specialDay).max(2_000).default([]),
  schedules: z.array(scheduleShape).max(500).default([]),
  levels: z.array(level).max(200).default([]),
  areas: z.array(name).max(100).default([]),
  factors: z.strictObject({ 'within-ms': span(3_000, 120_000).default(millis(20_000)) }).prefault({}),
  alarms: z
    .strictObject({
      raised: z
        .array(z.enum(ALARMS))
        .max(ALARMS.length)
        .default([...ALARMS]),
      siren: siren.optional(),
      readers: z
        .strictObject({ sounds: sounding, 'for-ms': soundMs })
        .optional()
        .describe('buzzers of OSDP readers at the place of the alarm'),
      kiosk: z
        .enum(['none', 'warning', 'alarm'])
        .default('warning')
        .describe('the screen: a quiet warning before its door is held open, or that and a sound while it is'),
      'warning-ms': span(1_000, 60_000)
        .default(millis(10_000))
        .describe('how long before it is held open; at most half of held-open-ms'),
    })
    .prefault({}),
};

const antiPassback = z.discriminatedUnion('rule', [
  z
    .strictObject({ rule: z.enum(['hard', 'soft']), from: name, to: name })
    .describe('"soft" records and refuses nobody; at the exit of a turnstile "hard" is soft, since leaving is free'),
  z.strictObject({ rule: z.literal('timed'), from: name, to: name, 'again-after-ms': span(1_000, 86_400_000) }),
]);

/** What an access point may say beside its devices. */
export const accessPointRules = {
  direction: z.enum(['entry', 'exit']).optional().describe('of a turnstile: which of its ways'),
  'camera-modes': z
    .array(z.strictObject({ schedule, mode: z.enum(CAMERA_MODES) }))
    .max(20)
    .default([]),
  factors: z
    .array(
      z.strictObject({
        schedule,
        'any-of': z.array(z.enum(COMBINATIONS)).min(1, 'a combination, such as card-and-pin').max(COMBINATIONS.length),
      }),
    )
    .max(20)
    .default([]),
  'anti-passback': antiPassback.optional(),
  'two-person-within-ms': span(2_000, 120_000).optional(),
  'first-person': schedule.optional(),
};

/** What a turnstile may say beside its devices, and a door as well. */
const modeRules = { 'hold-open': schedule.optional(), 'lock-down': schedule.optional() };
export const doorRules = { ...modeRules, interlock: name.optional() };

/** Known to be refused, so that whoever writes it is told why. */
const noInterlock = z
  .never('no interlock of a turnstile, which tells who has passed and not that it is shut: only doors hold each other')
  .optional();

/** @param inputs the shape of a door's inputs */
export const turnstileOf = <Inputs extends z.ZodType>(inputs: Inputs) =>
  z.strictObject({
    id: doorId,
    lock: z.enum(['fail-secure', 'fail-safe']),
    board: name,
    'entry-channel': z.int().min(1).max(32),
    'exit-channel': z.int().min(1).max(32),
    'arms-channel': z.int().min(1).max(32).optional(),
    exit: z.enum(['controlled', 'free']).default('controlled'),
    'pass-ms': span(1_000, 60_000).default(millis(5_000)),
    'settle-ms': span(0, 10_000).default(millis(1_500)),
    inputs,
    interlock: noInterlock,
    ...modeRules,
  });
