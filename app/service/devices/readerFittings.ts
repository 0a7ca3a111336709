import { FACTORS_OF } from '#core/access/factorRule.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import type { Health } from '#core/ports/health.ts';
import type { OsdpEvent, OsdpLine } from '#drivers/reader/osdp/osdpLine.ts';
import { CAPABILITY, type Capability } from '#drivers/reader/osdp/replies.ts';

/** What a reader may have beside its card head. */
type Fitting = 'keypad' | 'lights' | 'buzzer';

type Rules = Pick<TerminalConfig, 'access' | 'accessPoints' | 'kiosk'>;

/**
 * What the configuration asks of the reader: a keypad for PINs, a light that shows a decision, a buzzer for alarms. At the
 * kiosk the screen has pad and light.
 */
export function fittingsAsked({ access, accessPoints, kiosk }: Rules, reader: ReaderId): readonly Fitting[] {
  const place = accessPoints.find((one) => one.reader.driver === 'named' && one.reader.name === reader);
  if (place === undefined) return [];
  const atScreen = place.id === kiosk.accessPoint;
  const factors = access.places.find(({ accessPoint }) => accessPoint === place.id)?.factors ?? [];
  const demanded = factors.flatMap(({ anyOf }) => anyOf.flatMap((combination) => FACTORS_OF[combination]));
  const asked: Fitting[] = [];
  if (!atScreen && demanded.includes('pin')) asked.push('keypad');
  if (!atScreen) asked.push('lights');
  if (access.alarms.sounds.readers.alarms.length > 0) asked.push('buzzer');
  return asked;
}

interface ReaderNature {
  capabilities: readonly Capability[] | undefined;
  /** A key of its keypad was heard. */
  pressed: boolean;
}

export interface FittingsWatchParts {
  readonly line: Pick<OsdpLine, 'onEvent'>;
  readonly health: Health;
  readonly asked: (reader: ReaderId) => readonly Fitting[];
}

/** Holds what is asked of readers against what they say of themselves. A reader that has said nothing yet lacks nothing. */
export class FittingsWatch implements Disposable {
  readonly #parts: FittingsWatchParts;
  readonly #natures = new Map<ReaderId, ReaderNature>();
  readonly #heard: Disposable;

  constructor(parts: FittingsWatchParts) {
    this.#parts = parts;
    this.#heard = parts.line.onEvent((reader, event) => this.#hear(reader, event));
  }

  /** To be called when other rules are in force. */
  look(): void {
    for (const reader of this.#natures.keys()) this.#lookAt(reader);
  }

  [Symbol.dispose](): void {
    this.#heard[Symbol.dispose]();
  }

  #hear(reader: ReaderId, event: OsdpEvent): void {
    const nature = this.#natures.get(reader) ?? { capabilities: undefined, pressed: false };
    if (event.kind === 'capable') nature.capabilities = event.capabilities;
    else if (event.kind === 'keypad' && !nature.pressed) nature.pressed = true;
    else return;
    this.#natures.set(reader, nature);
    this.#lookAt(reader);
  }

  #lookAt(reader: ReaderId): void {
    const { health, asked } = this.#parts;
    const nature = this.#natures.get(reader);
    if (nature?.capabilities === undefined) return;
    const missing = asked(reader).flatMap((fitting) => lackOf(fitting, nature));
    const says =
      missing.length === 0 ? 'the reader names what is asked of it' : `reader ${reader} ${missing.join('; ')}`;
    health.report({ part: `fittings of reader ${reader}`, level: missing.length === 0 ? 'ok' : 'warning', says });
  }
}

function lackOf(fitting: Fitting, { capabilities = [], pressed }: ReaderNature): readonly string[] {
  const has = (code: number): boolean =>
    capabilities.some((one) => one.code === code && one.level > 0 && one.count > 0);
  switch (fitting) {
    case 'lights':
      return has(CAPABILITY.lights)
        ? []
        : [`says it has no lights (capability ${CAPABILITY.lights}) to show a decision`];
    case 'buzzer':
      return has(CAPABILITY.buzzer)
        ? []
        : [`says it has no buzzer (capability ${CAPABILITY.buzzer}) to sound an alarm`];
    case 'keypad': {
      // The standard has a capability for entering PINs and none for a plain keypad: a key that is pressed proves one.
      const named = capabilities.some(({ code, level }) => code === CAPABILITY.pinEntry && level > 0);
      if (named || pressed) return [];
      return [
        `names no PIN entry (capability ${CAPABILITY.pinEntry}) where a PIN is asked for; if it has a keypad, press a key of it`,
      ];
    }
  }
}
