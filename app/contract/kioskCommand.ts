import * as z from 'zod/mini';
import { DocumentName, Language } from './kioskView.ts';

/** Bytes of a command as JSON; a longer one is refused unread. */
export const KIOSK_COMMAND_BYTES_MAX = 512;

/** Characters that a reader may type for one card. */
export const TYPED_CARD_CHARACTERS_MAX = 64;

/** What a reader typed for one card: printable ASCII. Whether it is a card is the terminal's to say. */
export const TypedCardText = z
  .string()
  .check(z.minLength(1), z.maxLength(TYPED_CARD_CHARACTERS_MAX), z.regex(/^[ -~]+$/));

/** Everything that the screen may say. */
export const KioskCommand = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('use-face') }),
  z.strictObject({ kind: z.literal('use-card') }),
  z.strictObject({ kind: z.literal('use-pin') }),
  z.strictObject({ kind: z.literal('use-pass') }),
  z.strictObject({ kind: z.literal('press-digit'), digit: z.number().check(z.int(), z.minimum(0), z.maximum(9)) }),
  z.strictObject({ kind: z.literal('erase-digit') }),
  z.strictObject({ kind: z.literal('confirm') }),
  z.strictObject({ kind: z.literal('cancel') }),
  z.strictObject({ kind: z.literal('choose-language'), language: Language }),
  z.strictObject({ kind: z.literal('open-document'), document: DocumentName }),
  z.strictObject({ kind: z.literal('close-document') }),
  /** Of a reader that is plugged in as a keyboard; refused where the terminal has none. */
  z.strictObject({ kind: z.literal('card-typed'), text: TypedCardText }),
  z.strictObject({ kind: z.literal('card-misread') }),
]);
export type KioskCommand = z.infer<typeof KioskCommand>;
