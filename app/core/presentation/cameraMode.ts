import type { WallTime } from '../kernel/units.ts';
import type { OpeningTimes } from '../schedule/openingTimes.ts';
import type { Flaw } from '../schedule/scheduleFlaws.ts';

/**
 * What opens the camera. In all modes but the first it is closed, really closed, until somebody shows intent.
 *
 * - `walk-up`: it runs always, and everybody is compared with all (1:N).
 * - `tap-to-look`: a touch of "use face" opens it (1:N).
 * - `card-then-face`: a card opens it, and only that card's holder is compared (1:1).
 * - `pass-then-face`: a QR pass opens it, and only that pass's holder is compared (1:1).
 * - `no-face`: nothing opens it.
 *
 * A pass is read by the same camera: in all modes but the last a touch of "show a pass" opens it, to look for codes and
 * at nobody.
 */
export type CameraMode = 'walk-up' | 'tap-to-look' | 'card-then-face' | 'pass-then-face' | 'no-face';

/**
 * What somebody did who wants to come in: touched "use face", touched "show a pass", or showed a card or pass that says
 * whose face is to be compared.
 */
export type Intent = 'touch' | 'show-pass' | 'claim';

const OPENED_BY: Readonly<Record<CameraMode, readonly Intent[]>> = {
  'walk-up': ['touch', 'show-pass', 'claim'],
  'tap-to-look': ['touch', 'show-pass', 'claim'],
  'card-then-face': ['show-pass', 'claim'],
  'pass-then-face': ['show-pass', 'claim'],
  'no-face': [],
};

export const opensFor = (mode: CameraMode, intent: Intent): boolean => OPENED_BY[mode].includes(intent);

/** While the schedule is open, the access point is in this mode. */
export interface CameraModeRule {
  readonly schedule: OpeningTimes | 'always';
  readonly mode: CameraMode;
}

/** The camera mode of an access point: of several rules whose schedule is open the first, and otherwise its own. */
export interface CameraModePlan {
  readonly rules: readonly CameraModeRule[];
  readonly otherwise: CameraMode;
}

export const cameraModeAt = ({ rules, otherwise }: CameraModePlan, at: WallTime): CameraMode =>
  rules.find(({ schedule }) => schedule === 'always' || schedule.isOpen(at))?.mode ?? otherwise;

/** When the mode may be another one, if ever. */
export function cameraModeChange({ rules }: CameraModePlan, at: WallTime): WallTime | undefined {
  let first: WallTime | undefined;
  for (const { schedule } of rules) {
    const next = schedule === 'always' ? undefined : schedule.nextChange(at);
    if (next !== undefined && (first === undefined || next < first)) first = next;
  }
  return first;
}

/** Why a plan cannot be used, if anything. */
export function cameraModeFlaws({ rules }: CameraModePlan): readonly Flaw[] {
  const always = rules.findIndex(({ schedule }) => schedule === 'always');
  return rules.flatMap((_, index) =>
    always >= 0 && index > always ? [{ at: [index], says: 'a rule behind one that always holds' }] : [],
  );
}
