import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import * as z from 'zod/mini';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { CHANGEABLE_KEYS } from '#core/ports/keyRoom.ts';
import { replaceFile } from '../files/atomicFile.ts';
import { DATABASE_FILES } from '../files/folderMarker.ts';

export const CABINET_FILE = 'cabinet.json';
const FORMAT = 1;
const FILE_BYTES_MAX = 256 * 1024;

/**
 * `master`: what marker, door modes and first file keys are derived from. `signing`: the Ed25519 key of checkpoints,
 * receipts and reports. `backup`: what backups are sealed under.
 */
const PURPOSES = ['master', 'signing', 'backup', ...DATABASE_FILES.map((file) => `file ${file}` as const)] as const;
export type CabinetPurpose = (typeof PURPOSES)[number];

/** A key that is being changed stands twice, as `current` and as `next`, until what it seals is under the next one. */
const CabinetKey = z.strictObject({
  purpose: z.enum(PURPOSES),
  generation: z.number(),
  state: z.enum(['current', 'next']),
  sealed: z.string(),
});
export type CabinetKey = z.infer<typeof CabinetKey>;

const Content = z.strictObject({
  format: z.literal(FORMAT),
  keys: z.array(CabinetKey),
  /** Public signing keys that were in use once, base64, oldest first, each with the last entry of the journal that it signed. */
  retiredSigningKeys: z.array(z.strictObject({ key: z.string(), upTo: z.number() })),
  /** X25519, base64: what an escrow is sealed to. */
  recoveryKey: z.optional(z.string()),
  /** When the first keys were made. */
  madeAt: z.number(),
  /** Of each key that was changed: how often, when last, and whether the journal tells of it. */
  changes: z.array(
    z.strictObject({ key: z.enum(CHANGEABLE_KEYS), count: z.number(), at: z.number(), recorded: z.boolean() }),
  ),
});
export type CabinetContent = z.infer<typeof Content>;

const CabinetText = z.strictObject({ ...Content.shape, mac: z.string() });

export interface WrittenCabinet {
  readonly content: CabinetContent;
  readonly mac: string;
}

/** @throws Fault `storage` for a file that is none of ours; what it says is not proved yet. */
export function readCabinet(path: string): WrittenCabinet {
  try {
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) throw fault(path, `${size} bytes`, `at most ${FILE_BYTES_MAX}`);
    const parsed = CabinetText.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) throw fault(path, z.prettifyError(parsed.error), AS_WRITTEN);
    const { mac, ...content } = parsed.data;
    return { content, mac };
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw fault(path, messageOf(error), `${AS_WRITTEN}: restore it from a backup`);
  }
}

/** @throws Fault `storage` where somebody without the root secret changed what stands there in clear. */
export function proveCabinet(path: string, { content, mac }: WrittenCabinet, macKey: Uint8Array): void {
  const [found, expected] = [mac, macOf(content, macKey)].map((text) => Buffer.from(text));
  if (found !== undefined && expected?.length === found.length && timingSafeEqual(found, expected)) return;
  throw fault(path, 'a file that was changed by somebody else', AS_WRITTEN);
}

export function writeCabinet(
  path: string,
  content: Omit<CabinetContent, 'format'>,
  macKey: Uint8Array,
): CabinetContent {
  const whole = { format: FORMAT, ...content } as const;
  replaceFile(path, `${JSON.stringify({ ...whole, mac: macOf(whole, macKey) }, undefined, 2)}\n`);
  return whole;
}

/** Over every value, whatever the order in which they stand. */
function macOf(content: CabinetContent, macKey: Uint8Array): string {
  const { keys, retiredSigningKeys, changes, recoveryKey = null, madeAt } = content;
  const text = JSON.stringify([
    FORMAT,
    keys.map(({ purpose, generation, state, sealed }) => [purpose, generation, state, sealed]),
    retiredSigningKeys.map(({ key, upTo }) => [key, upTo]),
    recoveryKey,
    madeAt,
    changes.map(({ key, count, at, recorded }) => [key, count, at, recorded]),
  ]);
  return createHmac('sha256', macKey).update(text).digest('hex');
}

const AS_WRITTEN = 'the file as this gate wrote it';

const fault = (path: string, found: string, expected: string): Fault =>
  new Fault('storage', { thing: path, found, expected });
