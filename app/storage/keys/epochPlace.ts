import * as z from 'zod/mini';
import type { EpochStore } from '#core/ports/epochStore.ts';
import { createFileEpochStore } from './fileEpochStore.ts';

/** Where the epoch secret lies, in a form that crosses to the storage thread. */
export type EpochPlace = { readonly kind: 'file'; readonly path: string };

export const EpochPlaceShape: z.ZodMiniType<EpochPlace> = z.strictObject({ kind: z.literal('file'), path: z.string() });

/** The file that goes with a key file: outside the data folder like that one. */
export const epochFileBeside = (keyFile: string): EpochPlace => ({ kind: 'file', path: `${keyFile}.epoch` });

export const createEpochStore = (place: EpochPlace): EpochStore => createFileEpochStore(place.path);
