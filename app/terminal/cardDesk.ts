import type { Directory } from '#core/access/directory.ts';
import type { FactorResult } from '#core/access/request.ts';
import type { CardRead } from '#core/ports/hardware.ts';

/** Whose card it is, or why it is nobody's. */
export function cardFactor(card: CardRead, directory: Directory): FactorResult {
  const credential = directory.card(card.format, card.number);
  if (credential === undefined) return { factor: 'card', kind: 'failed', reason: 'unknown-card' };
  if (credential.state === 'lost') return { factor: 'card', kind: 'failed', reason: 'credential-lost' };
  if (credential.state !== 'active') return { factor: 'card', kind: 'failed', reason: 'credential-suspended' };
  return { factor: 'card', kind: 'established', holder: credential.pseudonym, validity: credential.validity };
}
