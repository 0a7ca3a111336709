import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Checkpoint } from '#core/journal/checkpoint.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { AnchorStore } from '#core/ports/anchorStore.ts';
import { EntryHasher } from './canonical.ts';
import { exportForms } from './exportForms.ts';
import { exportBytes, parseExportSignature, SIGNATURE_SUFFIX, type ExportSignature } from './exportSignature.ts';
import { unhex, Verifier } from './signing.ts';

export interface ExportCheck {
  readonly ok: boolean;
  /** What is wrong, in the order in which it was looked at. */
  readonly says: readonly string[];
  readonly entries: number;
  readonly signature: ExportSignature;
}

/**
 * Verifies an export offline: file, signature and chain. Without `trusted` (public keys, 32 bytes each) any key will do,
 * and whoever reads the result has to compare `signature.key` with the terminal's.
 * @throws Fault `journal` where file or signature cannot be read at all.
 */
export async function checkExport(path: string, trusted?: readonly Uint8Array[]): Promise<ExportCheck> {
  const signature = readSignature(`${path}${SIGNATURE_SUFFIX}`);
  const says: string[] = [];
  const verifier = new Verifier((trusted ?? [unhex(signature.key)]).map((key) => ({ key })));
  if (!verifier.signed(exportBytes(signature), signature))
    says.push(`not signed by ${trusted === undefined ? 'the key that it names' : 'a key of this gate'}`);
  const { checkpoint } = signature;
  const ofCheckpoint = trusted ?? (checkpoint === undefined ? [] : [unhex(checkpoint.key)]);
  if (checkpoint !== undefined && !new Verifier(ofCheckpoint.map((key) => ({ key }))).checkpoint(checkpoint))
    says.push('its checkpoint is not signed by the key that it names');
  try {
    if ((await sha256Of(path)) !== signature.sha256) says.push('the file is not the one that was signed');
    const { entries, wrong } = await follow(path, signature);
    return { ok: says.length + wrong.length === 0, says: [...says, ...wrong], entries, signature };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The anchor that an export is, for the journal that it was made of. */
export class ExportAnchor implements AnchorStore {
  readonly name: string;
  readonly #path: string;

  /** @param path of the exported file, or of its signature */
  constructor(path: string) {
    this.#path = path.endsWith(SIGNATURE_SUFFIX) ? path : `${path}${SIGNATURE_SUFFIX}`;
    this.name = this.#path;
  }

  read(): Checkpoint | undefined {
    return readSignature(this.#path).checkpoint;
  }

  /** An export is never changed. */
  write(): void {}
}

function readSignature(path: string): ExportSignature {
  try {
    return parseExportSignature(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unreadable(path, error);
  }
}

const unreadable = (path: string, error: unknown): Fault =>
  new Fault(
    'journal',
    { thing: path, found: messageOf(error), expected: 'a journal export with its signature' },
    error,
  );

async function sha256Of(path: string): Promise<string> {
  const sha256 = createHash('sha256');
  for await (const chunk of createReadStream(path)) sha256.update(chunk as Buffer);
  return sha256.digest('hex');
}

async function follow(path: string, signature: ExportSignature): Promise<{ entries: number; wrong: string[] }> {
  const { parse } = exportForms[signature.form];
  const hasher = new EntryHasher();
  const wrong: string[] = [];
  let previous: Uint8Array = unhex(signature.previous);
  let expected: number = signature.first;
  let lines = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    lines += 1;
    if (signature.form === 'csv' && lines === 1) continue;
    const line = parse(text);
    if (line.kind !== 'entry') continue;
    if (line.row.id !== expected) wrong.push(`entry ${expected} is not in its place`);
    const hash = hasher.hash(line.row, previous);
    if (hash?.toString('hex') !== line.hash) wrong.push(`entry ${line.row.id} does not fit its hash`);
    previous = unhex(line.hash);
    expected = line.row.id + 1;
    if (wrong.length > 100) break;
  }
  if (Buffer.from(previous).toString('hex') !== signature.hash) wrong.push('the chain does not end as it was signed');
  if (expected !== signature.last + 1) wrong.push(`the last entry is ${expected - 1}, ${signature.last} was signed`);
  return { entries: expected - signature.first, wrong };
}
