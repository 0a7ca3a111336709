import * as z from 'zod';
import type { AccessPointId, DoorId } from '#core/kernel/ids.ts';
import { millis, type Millis } from '#core/kernel/units.ts';

/** A whole number of milliseconds, with the limits that make sense for it. */
export const span = (min: number, max: number) =>
  z
    .int()
    .min(min)
    .max(max)
    .transform((value): Millis => millis(value));
export const share = z.number().min(0).max(1);
export const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, at most 40');
export const accessPointId = id.transform((value) => value as AccessPointId);
export const doorId = id.transform((value) => value as DoorId);
