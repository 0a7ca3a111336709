import * as z from 'zod/mini';
import type { EpochPlace } from '#core/config/terminalConfig.ts';
import type { EpochStore } from '#core/ports/epochStore.ts';
import { createFileEpochStore } from './fileEpochStore.ts';
import { createTpmEpochStore } from './tpmEpochStore.ts';

export type { EpochPlace } from '#core/config/terminalConfig.ts';

export const EpochPlaceShape: z.ZodMiniType<EpochPlace> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: z.string() }),
  z.strictObject({ kind: z.literal('tpm'), index: z.number(), tcti: z.exactOptional(z.string()) }),
]);

/** The file that goes with a key file: outside the data folder like that one. */
export const epochFileBeside = (keyFile: string): EpochPlace => ({ kind: 'file', path: `${keyFile}.epoch` });

export const createEpochStore = (place: EpochPlace): EpochStore =>
  place.kind === 'file' ? createFileEpochStore(place.path) : createTpmEpochStore(place);
