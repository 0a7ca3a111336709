import type { EpochPlace } from '#storage/keys/epochPlace.ts';

/** The epoch file of a test's data folder: beside it, so that a copy of the folder does not hold it. */
export const epochOf = (folder: string): Extract<EpochPlace, { kind: 'file' }> => ({
  kind: 'file',
  path: `${folder}.epoch`,
});
