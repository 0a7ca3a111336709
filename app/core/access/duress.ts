/**
 * Which PIN somebody has who typed this under duress: the PIN with its last digit one higher, 9 becoming 0. It opens as
 * always and alarms silently; nothing more has to be remembered or stored. Undefined where it is no PIN at all.
 */
export function pinUnderDuress(typed: string): string | undefined {
  if (!/^[0-9]+$/.test(typed)) return undefined;
  return `${typed.slice(0, -1)}${(Number(typed.at(-1)) + 9) % 10}`;
}

/** What was found of the two. The one that was typed goes first: both right is not possible but where hashes collide. */
export type TypedPin =
  | { readonly kind: 'right' }
  | { readonly kind: 'right-under-duress' }
  | { readonly kind: 'wrong' };

/**
 * Verifies a typed PIN as it is and as one under duress. Both are always looked at, one after the other: how long it
 * takes must not tell whoever stands beside the person which of the two it was.
 */
export async function verifyTyped(typed: string, verify: (pin: string) => Promise<boolean>): Promise<TypedPin> {
  const plain = await verify(typed);
  const underDuress = await verify(pinUnderDuress(typed) ?? typed);
  if (plain) return { kind: 'right' };
  return underDuress ? { kind: 'right-under-duress' } : { kind: 'wrong' };
}
