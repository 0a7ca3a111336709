import { FACTORS_OF } from '#core/access/factorRule.ts';
import type { AccessPointConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import type { FileFlaw } from './accessFlaws.ts';
import type { Path } from './places.ts';

/** Where nobody can show a pass, no rule may leave nothing else without a face, and no mode may wait for one. */
export function passFlaws(config: TerminalConfig): readonly FileFlaw[] {
  const { issuers } = config.passes;
  const twice = issuers.flatMap((key, index): readonly FileFlaw[] =>
    issuers.indexOf(key) < index ? [{ at: ['passes', 'issuers', index], expected: 'each issuer once' }] : [],
  );
  return [...twice, ...config.accessPoints.flatMap((accessPoint, index) => placeFlaws(config, accessPoint, index))];
}

function placeFlaws(config: TerminalConfig, accessPoint: AccessPointConfig, index: number): readonly FileFlaw[] {
  const place = config.access.places[index];
  const missing = whatIsMissing(config, accessPoint);
  if (place === undefined || missing === undefined) return [];
  const at: Path = ['access-points', index];
  const expected = (instead: string): string => `${instead}: a pass cannot be shown here without ${missing}`;
  const rules = place.factors.flatMap(({ anyOf }, rule): readonly FileFlaw[] => {
    const withoutFace = anyOf.filter((one) => !FACTORS_OF[one].includes('face'));
    return withoutFace.length > 0 && withoutFace.every((one) => FACTORS_OF[one].includes('pass'))
      ? [{ at: [...at, 'factors', rule, 'any-of'], expected: expected('a combination with neither a face nor a pass') }]
      : [];
  });
  const modes = place.cameraModes.flatMap(({ mode }, rule): readonly FileFlaw[] =>
    mode === 'pass-then-face'
      ? [{ at: [...at, 'camera-modes', rule, 'mode'], expected: expected('another mode') }]
      : [],
  );
  const own =
    place.cameraMode === 'pass-then-face' ? [{ at: [...at, 'mode'], expected: expected('another mode') }] : [];
  return [...rules, ...modes, ...own];
}

/** A pass is shown to the camera beside a screen, which is touched first. */
function whatIsMissing({ passes, kiosk }: TerminalConfig, { id, camera }: AccessPointConfig): string | undefined {
  if (passes.issuers.length === 0) return 'passes.issuers';
  if (camera.driver === 'none') return 'a camera';
  return id === kiosk.accessPoint ? undefined : 'the screen of kiosk.access-point';
}
