import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Enrolment } from '#core/ports/stores.ts';
import { CHANGEABLE_KEYS } from '#core/ports/keyRoom.ts';
import { cardHolder, person } from '../../support/people.ts';

/** What a gate sets about to do. People by their label: those that begin with `card` have no face. */
const Act = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('enrol'), people: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('withdraw'), people: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('erase'), people: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('erase-due') }),
  /** Another face of somebody who has withdrawn the first. */
  z.strictObject({ kind: z.literal('add-face'), people: z.array(z.string()) }),
  /** The card of somebody. */
  z.strictObject({ kind: z.literal('revoke'), people: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('purge') }),
  z.strictObject({ kind: z.literal('change-key'), key: z.enum(CHANGEABLE_KEYS) }),
  z.strictObject({ kind: z.literal('export') }),
  z.strictObject({ kind: z.literal('back-up') }),
  z.strictObject({ kind: z.literal('door-mode'), mode: z.enum(['normal', 'unlocked', 'locked-down']) }),
]);
export type Act = z.infer<typeof Act>;

const Entry = z.strictObject({ id: z.number(), part: z.string(), subject: z.optional(z.string()) });
export type ToldEntry = z.infer<typeof Entry>;

/** What a gate tells of itself, a line each, as soon as it is so. */
const Told = z.discriminatedUnion('say', [
  z.strictObject({ say: z.literal('open') }),
  z.strictObject({ say: z.literal('begun'), act: Act }),
  /** `upTo`: of a purge, the last entry that it removed. */
  z.strictObject({ say: z.literal('done'), act: Act, upTo: z.optional(z.number()) }),
  z.strictObject({ say: z.literal('entry'), entry: Entry }),
  /** A file that was given out, with what it held: an export, its signature, a backup. */
  z.strictObject({ say: z.literal('file'), path: z.string(), sha256: z.string() }),
  z.strictObject({ say: z.literal('reserve') }),
  z.strictObject({ say: z.literal('resting') }),
]);
export type Told = z.infer<typeof Told>;

export const parseTold = (line: string): Told => Told.parse(JSON.parse(line));

export const enrolmentOf = (label: string): Enrolment => (label.startsWith('card') ? cardHolder(label) : person(label));

/** What a life is given on its command line. */
const LifeShape = z.strictObject({
  /** Holds `etc`, where the key comes to lie, and `var`, where the data does. */
  root: z.string(),
  name: z.string(),
  seed: z.number(),
  /** Acts before it ends; without them it goes on until it is killed. */
  acts: z.optional(z.number()),
  /** How it ends: everything closed, or killed while it rests. */
  end: z.enum(['closed', 'killed']),
  /** Pages of journal.db, so that its reserve is needed; fewer than it has mean that it must not grow. */
  tightPages: z.optional(z.number()),
  /** Begins with so many entries, which a purge then finds. */
  entriesFirst: z.optional(z.number()),
});
export type LifeShape = z.infer<typeof LifeShape>;

export const parseLife = (text = ''): LifeShape => LifeShape.parse(JSON.parse(text));

/** The places of a gate under a root, as a Linux has them: key and epoch secret apart from the data. */
export const placesOf = (root: string) => ({
  key: `${root}/etc/lintel/master.key`,
  epoch: { kind: 'file', path: `${root}/etc/lintel/master.key.epoch` } as const,
  data: `${root}/var/lintel`,
  exports: `${root}/var/exports`,
  backups: `${root}/var/backups`,
});

/** What there is before a gate is installed: of a Linux, and of whoever runs it. */
export const FOLDERS_BEFORE = ['etc', 'var', 'var/exports', 'var/backups'] as const;

export const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

export const RESERVE_BYTES_OF_A_TEST = 48 * 1024;
