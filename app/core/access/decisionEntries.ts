import type { JournalEvent } from '../journal/entry.ts';
import type { Pseudonym } from '../kernel/ids.ts';
import type { AccessDecision, AccessRules } from './decide.ts';

/** One event with whose it is. */
export interface Told {
  readonly event: JournalEvent;
  readonly subject?: Pseudonym;
}

/**
 * Everything that the journal has to say of a decision, in order. Of a grant the first entry is written before the strike
 * moves; the others may follow it. A face that matches nobody and showed no intent leaves none.
 */
export function decisionEntries(
  decision: AccessDecision,
  { accessPoint, antiPassback }: Pick<AccessRules, 'accessPoint' | 'antiPassback'>,
  intent: boolean,
): readonly Told[] {
  const passedBack = decision.kind === 'granted' ? decision.passedBack === true : decision.reason === 'passed-back';
  const subject = decision.holder === undefined ? {} : { subject: decision.holder };
  const notes: readonly Told[] = [
    ...(decision.duress === true ? [{ event: { kind: 'duress', accessPoint } as const, ...subject }] : []),
    ...(passedBack && antiPassback !== undefined
      ? [{ event: { kind: 'passed-back', accessPoint, rule: antiPassback.rule.kind } as const, ...subject }]
      : []),
  ];
  if (decision.kind === 'denied') {
    if (decision.holder === undefined && !intent) return notes;
    const { reason } = decision;
    return [{ event: { kind: 'access-denied', accessPoint, reason }, ...subject }, ...notes];
  }
  const { factors, companion } = decision;
  const accompanied: readonly Told[] =
    companion === undefined ? [] : [{ event: { kind: 'access-accompanied', accessPoint }, subject: companion }];
  return [{ event: { kind: 'access-granted', accessPoint, factors }, ...subject }, ...accompanied, ...notes];
}
