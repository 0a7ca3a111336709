import type { WallTime } from '../kernel/units.ts';
import type { OpeningTimes } from '../schedule/openingTimes.ts';
import type { Flaw } from '../schedule/scheduleFlaws.ts';
import type { Factor } from './request.ts';

/** Factors that together let somebody in. `pin` alone is a personal number with its PIN. */
export type Combination =
  | 'face'
  | 'card'
  | 'pin'
  | 'pass'
  | 'card-and-pin'
  | 'card-and-face'
  | 'face-and-pin'
  | 'pass-and-pin'
  | 'pass-and-face';

export const FACTORS_OF: Readonly<Record<Combination, readonly Factor[]>> = {
  face: ['face'],
  card: ['card'],
  pin: ['pin'],
  pass: ['pass'],
  'card-and-pin': ['card', 'pin'],
  'card-and-face': ['card', 'face'],
  'face-and-pin': ['face', 'pin'],
  'pass-and-pin': ['pass', 'pin'],
  'pass-and-face': ['pass', 'face'],
};

/** What a factor shows: something known, something held, or what one is. Two of one sort are no stronger than one. */
const SORT_OF: Readonly<Record<Factor, 'known' | 'held' | 'been'>> = {
  pin: 'known',
  card: 'held',
  pass: 'held',
  face: 'been',
};

/** How many sorts of factor a combination has. */
export const strengthOf = (combination: Combination): number =>
  new Set(FACTORS_OF[combination].map((factor) => SORT_OF[factor])).size;

/** While the schedule is open, one of these combinations is demanded. */
export interface FactorRule {
  readonly schedule: OpeningTimes | 'always';
  readonly combinations: readonly Combination[];
}

const ANY_ONE: readonly Combination[] = ['face', 'card', 'pin', 'pass'];

/**
 * What is demanded at that moment: of several rules whose schedule is open the first. Without any rule one factor is
 * enough; with rules of which none is open, nothing is.
 */
export function demandedAt(rules: readonly FactorRule[], at: WallTime): readonly Combination[] {
  if (rules.length === 0) return ANY_ONE;
  return rules.find(({ schedule }) => schedule === 'always' || schedule.isOpen(at))?.combinations ?? [];
}

/** Do these factors make one of the combinations? */
export const isEnough = (shown: readonly Factor[], demanded: readonly Combination[]): boolean =>
  demanded.some((combination) => FACTORS_OF[combination].every((factor) => shown.includes(factor)));

/** What may be shown next: each factor that brings one of the combinations nearer, once something is shown already. */
export function stillNeeded(shown: readonly Factor[], demanded: readonly Combination[]): readonly Factor[] {
  const begun = demanded.map((one) => FACTORS_OF[one]).filter((factors) => shown.every((one) => factors.includes(one)));
  return [...new Set(begun.flat())].filter((factor) => !shown.includes(factor));
}

/**
 * Why rules cannot be used, if anything. A rule that demands a face has a combination of equal strength without one
 * (GB/T 41819, EN 301 549 5.3), and none that is weaker, or the stronger ones would guard nothing.
 */
export function factorRuleFlaws(rules: readonly FactorRule[]): readonly Flaw[] {
  const always = rules.findIndex(({ schedule }) => schedule === 'always');
  return rules.flatMap(({ combinations }, index): readonly Flaw[] => {
    if (always >= 0 && index > always) return [{ at: [index], says: 'a rule behind one that always holds' }];
    if (combinations.length === 0) return [{ at: [index], says: 'a rule by which nobody comes in' }];
    const strongest = Math.max(...combinations.map(strengthOf));
    const weaker = combinations.find((one) => strengthOf(one) < strongest);
    if (weaker !== undefined) {
      const says = `${weaker} is weaker than the others, which would guard nothing beside it`;
      return [{ at: [index], says }];
    }
    return withoutFace(combinations).length > 0
      ? []
      : [
          {
            at: [index],
            says: `no combination of equal strength without a face, such as ${EQUALS[strongest] ?? 'none'}`,
          },
        ];
  });
}

const withoutFace = (combinations: readonly Combination[]): readonly Combination[] =>
  combinations.filter((one) => !FACTORS_OF[one].includes('face'));

const EQUALS: Readonly<Record<number, Combination>> = { 1: 'card', 2: 'card-and-pin' };
