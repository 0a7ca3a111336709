import * as z from 'zod/mini';
import type { RootPlace } from '#core/config/terminalConfig.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { createFileKeyStore } from '../fileKeyStore.ts';
import { createCredentialKeyStore } from './credentialKeyStore.ts';
import { createTpmKeyStore } from './tpmKeyStore.ts';

export const RootPlaceShape: z.ZodMiniType<RootPlace> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: z.string() }),
  z.strictObject({ kind: z.literal('tpm'), path: z.string(), tcti: z.exactOptional(z.string()) }),
  z.strictObject({ kind: z.literal('systemd-credential'), path: z.string(), name: z.string() }),
]);

export function createKeyStore(place: RootPlace): KeyStore {
  if (place.kind === 'file') return createFileKeyStore(place.path);
  if (place.kind === 'tpm') return createTpmKeyStore(place);
  return createCredentialKeyStore(place.name, process.env);
}
