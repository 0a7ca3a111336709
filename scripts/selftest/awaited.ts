import type { Listeners } from '#core/kernel/listeners.ts';

/** Resolves as soon as it holds, looked at now and at every change. @throws what `late` makes where it does not in time */
export async function awaited(
  changes: Listeners<[]>,
  holds: () => boolean,
  { withinMs, late }: { readonly withinMs: number; readonly late: () => Error },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => void (holds() && resolve());
  const timer = setTimeout(() => reject(late()), withinMs);
  using _looking = changes.add(look);
  look();
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}
