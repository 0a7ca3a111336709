import type { AlarmSounds } from '#core/config/accessConfig.ts';
import type { AccessPointConfig } from '#core/config/terminalConfig.ts';
import type { AlarmKind } from '#core/door/alarm.ts';
import {
  SILENT,
  soundStep,
  soundsUntil,
  type AudibleAlarm,
  type SoundInput,
  type Sounding,
} from '#core/door/sounding.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { after, elapsed, millis, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { ALARM_TONE_MS, type CardReader, type RelayLevel, type Strike } from '#core/ports/hardware.ts';
import type { Health } from '#core/ports/health.ts';

export interface AlarmSounderParts {
  readonly sounds: AlarmSounds;
  /** It sounds while it is energised. */
  readonly siren: Strike | undefined;
  readonly accessPoints: readonly Pick<AccessPointConfig, 'id' | 'door' | 'reader'>[];
  readonly readers: ReadonlyMap<AccessPointId, CardReader>;
  readonly clock: Clock;
  readonly health: Health;
}

/**
 * What is heard of alarms: a siren, and the buzzers of the readers where it happens. Each sound ends with its alarm's cause
 * or its acknowledgement, and by itself: a siren's by the board's own timer where it has one, a reader's within a bout.
 */
export class AlarmSounder {
  readonly #parts: AlarmSounderParts;
  readonly #wiring: Disposable[] = [];
  readonly #bouts = new Map<AccessPointId, Disposable>();
  #sounds: AlarmSounds;
  #siren: Sounding = SILENT;
  readonly #readers = new Map<AccessPointId, Sounding>();

  constructor(parts: AlarmSounderParts) {
    this.#parts = parts;
    this.#sounds = parts.sounds;
  }

  /** A siren that a dead gate left on is silent from here on. */
  start(): void {
    const { siren } = this.#parts;
    if (siren === undefined) return;
    this.#wiring.push(siren.onLink((link) => link === 'up' && this.#driveAsItStands()));
    this.#driveAsItStands();
  }

  /** @param place the barrier, or the part that somebody laid hands on */
  sound(alarm: AlarmKind, place: string): void {
    if (alarm === 'duress') return;
    const { siren, readers } = this.#sounds;
    const name = nameOf(alarm, place);
    const at = this.#parts.clock.monotonic();
    if (siren.alarms.includes(alarm)) this.#onSiren({ kind: 'sound', alarm: name, forMs: siren.forMs, at });
    if (!readers.alarms.includes(alarm)) return;
    for (const accessPoint of this.#at(place))
      this.#onReader(accessPoint, { kind: 'sound', alarm: name, forMs: readers.forMs, at });
  }

  silence(alarm: AlarmKind, place: string): void {
    if (alarm !== 'duress') this.#silence(nameOf(alarm, place));
  }

  adopt(sounds: AlarmSounds): void {
    this.#sounds = sounds;
    // What is sounding now and would not begin any more ends.
    for (const name of this.#siren.keys()) if (!isNamed(name, sounds.siren.alarms)) this.#silenceSiren(name);
    for (const [accessPoint, sounding] of this.#readers)
      for (const name of sounding.keys())
        if (!isNamed(name, sounds.readers.alarms)) this.#silenceReader(accessPoint, name);
  }

  /** Resolves once the siren was driven to rest, or could not be. */
  async stop(): Promise<void> {
    for (const wire of this.#wiring.splice(0)) wire[Symbol.dispose]();
    for (const bout of this.#bouts.values()) bout[Symbol.dispose]();
    this.#siren = SILENT;
    if (this.#parts.siren !== undefined) await this.#drive('de-energised', 'until-driven');
  }

  #silence(name: string): void {
    this.#silenceSiren(name);
    for (const accessPoint of this.#readers.keys()) this.#silenceReader(accessPoint, name);
  }

  #silenceSiren(alarm: string): void {
    this.#onSiren({ kind: 'silence', alarm, at: this.#parts.clock.monotonic() });
  }

  #silenceReader(accessPoint: AccessPointId, alarm: string): void {
    this.#onReader(accessPoint, { kind: 'silence', alarm, at: this.#parts.clock.monotonic() });
  }

  #onSiren(input: SoundInput): void {
    const [sounding, effects] = soundStep(this.#siren, input);
    this.#siren = sounding;
    for (const effect of effects) {
      if (effect.kind === 'start') void this.#drive('energised', effect.forMs);
      else void this.#drive('de-energised', 'until-driven');
    }
  }

  #onReader(accessPoint: AccessPointId, input: SoundInput): void {
    const [sounding, effects] = soundStep(this.#readers.get(accessPoint) ?? SILENT, input);
    this.#readers.set(accessPoint, sounding);
    for (const { kind } of effects) {
      if (kind === 'stop') this.#bouts.get(accessPoint)?.[Symbol.dispose]();
      else this.#bout(accessPoint);
    }
  }

  /** One bout, and the next one behind it while there is an alarm. */
  #bout(accessPoint: AccessPointId): void {
    const { clock, readers } = this.#parts;
    this.#bouts.get(accessPoint)?.[Symbol.dispose]();
    const at = clock.monotonic();
    if (soundsUntil(this.#readers.get(accessPoint) ?? SILENT, at) === undefined) return;
    readers.get(accessPoint)?.soundAlarm();
    this.#bouts.set(
      accessPoint,
      clock.at(after(at, millis(ALARM_TONE_MS)), () => this.#bout(accessPoint)),
    );
  }

  #driveAsItStands(): void {
    const at = this.#parts.clock.monotonic();
    const until = soundsUntil(this.#siren, at);
    if (until === undefined) void this.#drive('de-energised', 'until-driven');
    else void this.#drive('energised', elapsed(at, until));
  }

  async #drive(level: RelayLevel, forMs: Millis | 'until-driven'): Promise<void> {
    const { siren, health } = this.#parts;
    if (siren === undefined) return;
    try {
      const outcome = await siren.drive(level, forMs);
      health.report({
        part: 'siren',
        level: 'ok',
        says: `${level === 'energised' ? 'sounding' : 'silent'}, ${outcome}`,
      });
    } catch (error) {
      health.report({ part: 'siren', level: 'failed', says: messageOf(error) });
    }
  }

  /** Access points of a barrier, of its inputs, or of a reader, whose parts all end in its name. */
  #at(place: string): AccessPointId[] {
    return this.#parts.accessPoints
      .filter(
        ({ door, reader }) =>
          place === door ||
          place === `inputs of ${door}` ||
          (reader.driver === 'named' && place.endsWith(` of reader ${reader.name}`)),
      )
      .map(({ id }) => id);
  }
}

const nameOf = (alarm: AudibleAlarm, place: string): string => `${alarm} ${place}`;
const isNamed = (name: string, alarms: readonly AudibleAlarm[]): boolean =>
  alarms.some((alarm) => name.startsWith(`${alarm} `));
