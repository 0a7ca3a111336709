import type { SimulatedBarrier } from '#contract/simulator.ts';
import type { DoorConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import type { DoorInput } from '#core/ports/hardware.ts';
import type { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import type { Gate } from '../assemble.ts';
import type { SimulatedWorld } from './world.ts';

export interface SimulatedBarriersParts {
  readonly gate: Pick<Gate, 'doors'>;
  readonly world: SimulatedWorld;
  readonly config: TerminalConfig;
}

interface Shown extends Pick<DoorConfig, 'id' | 'board' | 'inputs'> {
  readonly kind: SimulatedBarrier['kind'];
  readonly channels: Readonly<Record<string, number>>;
}

/** All doors and turnstiles of a simulated gate, as far as they hang on the simulated world. */
export class SimulatedBarriers {
  readonly #parts: SimulatedBarriersParts;
  readonly #barriers: readonly Shown[];

  constructor(parts: SimulatedBarriersParts) {
    this.#parts = parts;
    const { doors, turnstiles } = parts.config;
    this.#barriers = [
      ...doors.map(({ channel, ...door }) => ({ ...door, kind: 'door' as const, channels: { strike: channel } })),
      ...turnstiles.map((turnstile) => ({ ...turnstile, kind: 'turnstile' as const })),
    ];
  }

  get view(): SimulatedBarrier[] {
    const { gate, world, config } = this.#parts;
    return this.#barriers.map((barrier) => {
      const { id, kind, board, channels, inputs } = barrier;
      const emulator = world.emulator(board);
      const wires = this.#inputsOf(barrier);
      const relays = Object.entries(channels).flatMap(([name, channel]) =>
        emulator === undefined ? [] : [{ name, level: emulator.level(channel) }],
      );
      const active = (input: DoorInput): boolean => wires?.read(input) ?? false;
      const here = config.accessPoints.filter(({ door, reader }) => door === id && reader.driver === 'simulated');
      return {
        id,
        kind,
        told: gate.doors.get(id)?.told ?? '',
        relays,
        inputs: wires === undefined ? [] : inputs.fitted.map((input) => ({ input, active: active(input) })),
        readers: here.map((accessPoint) => ({ accessPoint: accessPoint.id, label: accessPoint.name })),
      };
    });
  }

  /** Moves an input that is fitted; whatever the page says of others moves nothing. */
  setInput({
    barrier: id,
    input,
    active,
  }: {
    readonly barrier: string;
    readonly input: string;
    readonly active: boolean;
  }): void {
    const barrier = this.#barriers.find((one) => one.id === id);
    const wires = barrier && this.#inputsOf(barrier);
    const found = [...(wires?.fitted ?? [])].find((fitted) => fitted === input);
    if (found !== undefined) wires?.set(found, active);
  }

  #inputsOf(barrier: Shown): SimulatedInputs | undefined {
    return barrier.inputs.driver === 'simulated' ? this.#parts.world.inputs(barrier) : undefined;
  }
}
