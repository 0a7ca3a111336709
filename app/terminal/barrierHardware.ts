import type { InputsConfig } from '#core/config/hardwareConfig.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import type { Millis } from '#core/kernel/units.ts';
import type { DoorInput, DriveOutcome, LinkState, RelayLevel, Strike } from '#core/ports/hardware.ts';
import type { BarrierParts } from './barrier.ts';
import { InputWatch, type InputSeen } from './inputWatch.ts';
import { watchLink } from './linkWatch.ts';

interface BarrierHardwareParts extends Pick<BarrierParts, 'inputs' | 'recorder' | 'health'> {
  readonly config: { readonly id: DoorId; readonly inputs: Pick<InputsConfig, 'names'> };
  readonly strikes: ReadonlySet<Strike>;
}

interface HardwareListener {
  readonly onInput: (input: DoorInput, active: boolean, how: InputSeen) => void;
  /** A strike answers again: whatever it did meanwhile, it is to be driven anew. */
  readonly onReturn: () => void;
}

interface Drive {
  readonly level: RelayLevel;
  readonly forMs: Millis | 'until-driven';
  /** As the health page calls it. */
  readonly says: string;
}

/** What a barrier moves and feels: its strikes and inputs. What becomes of them is on the health page and in the journal. */
export class BarrierHardware implements Disposable {
  readonly #parts: BarrierHardwareParts;
  readonly #wiring: Disposable[] = [];

  constructor(parts: BarrierHardwareParts) {
    this.#parts = parts;
  }

  /** From now on, until it is disposed of. */
  watch({ onInput, onReturn }: HardwareListener): void {
    const { config, strikes } = this.#parts;
    this.#wiring.push(new InputWatch({ ...this.#parts, names: config.inputs.names ?? {}, onInput }));
    for (const strike of strikes) {
      const onTold = (link: LinkState): void => void (link === 'up' && onReturn());
      this.#wiring.push(watchLink(strike, { ...this.#parts, part: strike.name, onTold }));
    }
  }

  /** Never rejects: it resolves with the fault where the strike is not reached. */
  async drive(strike: Strike, { level, forMs, says }: Drive): Promise<DriveOutcome | Error> {
    const { config, health, recorder } = this.#parts;
    try {
      const outcome = await strike.drive(level, forMs);
      health.report({ part: strike.name, level: 'ok', says: `${says}, ${outcome}` });
      return outcome;
    } catch (error) {
      health.report({ part: strike.name, level: 'failed', says: messageOf(error) });
      recorder.record({ kind: 'strike-failed', door: config.id });
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  }

  [Symbol.dispose](): void {
    for (const wire of this.#wiring.splice(0)) wire[Symbol.dispose]();
  }
}
