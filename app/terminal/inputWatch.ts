import type { InputNames } from '#core/config/hardwareConfig.ts';
import type { DoorInput, DoorInputs, FreeInput, InputState, KnownInputState } from '#core/ports/hardware.ts';
import type { Health, HealthReport } from '#core/ports/health.ts';
import { watchLink } from './linkWatch.ts';
import type { Recorder } from './recorder.ts';

interface InputWatchParts {
  readonly inputs: DoorInputs;
  readonly recorder: Recorder;
  readonly health: Health;
  /** Free inputs that are told of. */
  readonly names: InputNames;
  readonly onInput: (input: DoorInput, active: boolean, how: InputSeen) => void;
}

/** `moved` while it was watched, or `found` so after a time in which nobody knew. */
export type InputSeen = 'moved' | 'found';

/** The inputs of one barrier: what moves on them, who reads them, and whether somebody laid hands on them. */
export class InputWatch implements Disposable {
  readonly #parts: InputWatchParts;
  readonly #wiring: Disposable[];
  /** What was known of each before what is told now. */
  readonly #known = new Map<DoorInput, InputState>();
  /** What the journal knows of each free input with a name. */
  readonly #told = new Map<FreeInput, KnownInputState>();
  #tampered = false;

  constructor(parts: InputWatchParts) {
    this.#parts = parts;
    const { inputs } = parts;
    for (const input of inputs.fitted) this.#known.set(input, inputs.state(input));
    // What moves comes first: an exit must not wait for anything that is told of it.
    this.#wiring = [
      inputs.onChange((input, active) => parts.onInput(input, active, this.#how(input))),
      inputs.onState((input, state) => {
        this.#known.set(input, state);
        if (isFree(input)) this.#onFree(input, state);
        this.#look();
      }),
      watchLink(inputs, { ...parts, part: `inputs of ${inputs.door}`, onTold: () => this.#look() }),
    ];
    for (const input of inputs.fitted) if (isFree(input)) this.#atStart(input, inputs.state(input));
    this.#look();
  }

  [Symbol.dispose](): void {
    for (const wire of this.#wiring.splice(0)) wire[Symbol.dispose]();
  }

  /** As it is found is no change; what nobody knows yet is taken to be at rest. */
  #atStart(input: FreeInput, state: InputState): void {
    this.#told.set(input, state === 'unknown' ? 'normal' : state);
    this.#show(input, state);
  }

  #onFree(input: FreeInput, state: InputState): void {
    const { names, inputs, recorder } = this.#parts;
    const name = names[input];
    this.#show(input, state);
    // A line that comes back tells nothing new where everything stands as before.
    if (name === undefined || state === 'unknown' || state === this.#told.get(input)) return;
    this.#told.set(input, state);
    recorder.record({ kind: 'input-changed', door: inputs.door, input: name, state });
  }

  #show(input: FreeInput, state: InputState): void {
    const { names, inputs, health } = this.#parts;
    const name = names[input];
    if (name === undefined) return;
    health.report({ part: `input ${name} of ${inputs.door}`, level: FREE_LEVEL[state], says: state });
  }

  #how(input: DoorInput): InputSeen {
    const before = this.#known.get(input);
    return before === 'normal' || before === 'active' ? 'moved' : 'found';
  }

  /** What nobody can read has not been mended: a tamper ends where it is seen to be over. */
  #look(): void {
    const { inputs, recorder } = this.#parts;
    const unknown = [...inputs.fitted].some((input) => inputs.state(input) === 'unknown');
    const tampered = isTampered(inputs) || (this.#tampered && unknown);
    if (tampered === this.#tampered) return;
    this.#tampered = tampered;
    recorder.record({ kind: tampered ? 'tamper' : 'tamper-ended', part: `inputs of ${inputs.door}` });
  }
}

/** What an active one means, whoever wired it knows. */
const FREE_LEVEL: Readonly<Record<InputState, HealthReport['level']>> = {
  normal: 'ok',
  active: 'ok',
  cut: 'failed',
  short: 'failed',
  unknown: 'warning',
};

const isFree = (input: DoorInput): input is FreeInput => input.startsWith('free-');

/** A cover that is off, or a wire that is cut or shorted, which only a supervised one can tell. */
const isTampered = (inputs: DoorInputs): boolean =>
  [...inputs.fitted].some((input) => {
    const state = inputs.state(input);
    return state === 'cut' || state === 'short' || (input === 'tamper' && state === 'active');
  });
