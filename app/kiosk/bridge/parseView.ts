import { KioskView } from '../../contract/kioskView.ts';

/** Characters of a view as JSON; a longer one is dropped unread. */
export const VIEW_CHARACTERS_MAX = 16_384;

/** The view in a message, or undefined where it is none: the last good picture then stays. */
export function readViewMessage(message: string): KioskView | undefined {
  if (message.length > VIEW_CHARACTERS_MAX) return undefined;
  try {
    return readView(JSON.parse(message));
  } catch {
    return undefined;
  }
}

/** A view that crossed a border, or undefined where it is none. */
export function readView(crossed: unknown): KioskView | undefined {
  const parsed = KioskView.safeParse(crossed);
  return parsed.success ? parsed.data : undefined;
}
