import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { EscrowState } from '#core/privacy/receipt.ts';
import { replaceFile } from '../files/atomicFile.ts';
import type { SealedAs } from '../vault/seal.ts';
import { sealTo, unsealAs } from './curveKeys.ts';

const FORMAT = 1;

const EscrowFile = z.strictObject({
  format: z.literal(FORMAT),
  /** Fingerprint of the keyring's folder, so that two terminals never take each other's place. */
  terminal: z.string(),
  generation: z.number(),
  sealed: z.string(),
});

/** Each terminal has a name of its own in a place that several share. */
export const escrowFile = (terminal: string): string => `lintel-epoch-${encodeURIComponent(terminal)}.json`;

export interface EscrowParts {
  /** Folders outside the terminal. */
  readonly places: readonly string[];
  readonly terminal: string;
  /** X25519; without one nothing is put in escrow, and every place is pending. */
  readonly recoveryKey: Uint8Array | undefined;
}

/** Copies of the epoch secret outside the terminal, sealed to the site's recovery key, replaced at each renewal. */
export class Escrow {
  readonly #parts: EscrowParts;

  constructor(parts: EscrowParts) {
    this.#parts = parts;
  }

  /** Replaces what lies in each place that can be written now; the others stay pending. */
  replace(epoch: Uint8Array, generation: number): readonly EscrowState[] {
    const { places, terminal, recoveryKey } = this.#parts;
    return places.map((place) => {
      if (this.#generationAt(place) === generation) return { place, state: 'done' };
      if (recoveryKey === undefined) return { place, state: 'pending' };
      const sealed = sealTo(recoveryKey, sealedAs(terminal, generation), epoch).toString('base64');
      try {
        replaceFile(
          join(place, escrowFile(terminal)),
          `${JSON.stringify({ format: FORMAT, terminal, generation, sealed })}\n`,
        );
        return { place, state: 'done' };
      } catch {
        return { place, state: 'pending' };
      }
    });
  }

  /** A deletion of `generation` is done in a place that holds that one or a later one. */
  statesOf(generation: number): readonly EscrowState[] {
    return this.#parts.places.map((place) => {
      const found = this.#generationAt(place);
      return { place, state: found !== undefined && found >= generation ? 'done' : 'pending' };
    });
  }

  #generationAt(place: string): number | undefined {
    try {
      return readEscrow(join(place, escrowFile(this.#parts.terminal))).generation;
    } catch {
      return undefined;
    }
  }
}

/** The epoch secret out of an escrow file, for the caller to overwrite. @throws Fault `key` where it does not open. */
export function openEscrow(
  path: string,
  recoverySecret: Uint8Array,
): { readonly epoch: Buffer; readonly generation: number } {
  const { terminal, generation, sealed } = readEscrow(path);
  const epoch = unsealAs(recoverySecret, sealedAs(terminal, generation), Buffer.from(sealed, 'base64'));
  if (epoch !== undefined) return { epoch, generation };
  throw new Fault('key', {
    thing: path,
    found: 'an escrow that this recovery key does not open',
    expected: 'the recovery key that it was sealed to',
  });
}

function readEscrow(path: string): z.infer<typeof EscrowFile> {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Fault('key', { thing: path, found: messageOf(error), expected: 'an escrow file as this gate writes it' });
  }
  const parsed = EscrowFile.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new Fault('key', { thing: path, found: z.prettifyError(parsed.error), expected: 'an escrow file, version 1' });
}

const sealedAs = (terminal: string, generation: number): SealedAs => ['escrow', terminal, generation];
