import type { AccessPointConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import { assert } from '#core/kernel/assert.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Random } from '#core/ports/random.ts';
import type { ModelsFile } from '#vision/models/modelsFile.ts';
import { assemble, type Gate } from './assemble.ts';
import type { ScreenEndpoints } from './loopback/endpoint.ts';
import type { ProgramFolders } from './readConfig.ts';
import { readDemonstration, type Demonstration } from './simulated/demonstration.ts';
import { HeldPasses } from './simulated/heldPasses.ts';
import { enrolDemonstration } from './simulated/enrolDemonstration.ts';
import { SimulatorDesk, type SimulatedDoor } from './simulated/simulatorDesk.ts';
import { SimulatedWorld } from './simulated/world.ts';

export interface OpenGateParts {
  readonly config: TerminalConfig;
  readonly models: ModelsFile;
  readonly folders: ProgramFolders;
  readonly clock: Clock;
  readonly random: Random;
}

/** A gate with what its screens talk to. */
export interface OpenGate {
  readonly gate: Gate;
  readonly endpoints: ScreenEndpoints;
  /** Only around a simulated gate. */
  readonly world?: SimulatedWorld;
  close(): Promise<void>;
}

/** Opens a gate, and around a simulated one the world it stands in, with its made-up people. */
export async function openGate(parts: OpenGateParts): Promise<OpenGate> {
  if (!parts.config.simulated) {
    const gate = await assemble({ ...parts, modelsFolder: parts.folders.models });
    return { gate, endpoints: { kiosk: kioskOf(gate) }, close: () => gate.stop() };
  }
  const demonstration = readDemonstration();
  const passes = new HeldPasses();
  const issuers = [...parts.config.passes.issuers, passes.issuer];
  const config = { ...parts.config, passes: { ...parts.config.passes, issuers } };
  const world = await SimulatedWorld.create(
    { scenes: demonstration.scenes, folder: parts.folders.pictures },
    parts.clock,
  );
  try {
    const gate = await assemble({ ...parts, config, modelsFolder: parts.folders.models, world });
    return await withWorld(parts, { gate, world, demonstration, passes });
  } catch (error) {
    await world.close();
    throw error;
  }
}

async function withWorld(
  { config, folders, clock, random }: OpenGateParts,
  { gate, ...around }: { gate: Gate; world: SimulatedWorld; demonstration: Demonstration; passes: HeldPasses },
): Promise<OpenGate> {
  const { terminal } = gate;
  const { world, demonstration } = around;
  const accessPoint = config.accessPoints.find(({ id }) => id === config.kiosk.accessPoint);
  assert(accessPoint !== undefined, 'the configuration was checked');
  const door = doorBehind(accessPoint, config);
  if (gate.people === 0) {
    await enrolDemonstration({
      demonstration,
      world,
      terminal,
      signage: folders.signage,
      terminalName: config.terminal,
      clock,
      random,
    });
  }
  const desk = new SimulatorDesk({ gate, ...around, config, door, accessPoint });
  return {
    gate,
    world,
    endpoints: { kiosk: kioskOf(gate), simulator: desk },
    close: async () => {
      desk[Symbol.dispose]();
      await gate.stop();
      await world.close();
    },
  };
}

/** The door behind an access point, or its way of a turnstile. */
function doorBehind({ door, direction }: AccessPointConfig, { doors, turnstiles }: TerminalConfig): SimulatedDoor {
  const turnstile = turnstiles.find(({ id }) => id === door);
  if (turnstile !== undefined) return { ...turnstile, channel: turnstile.channels[direction ?? 'entry'] };
  const found = doors.find(({ id }) => id === door);
  assert(found !== undefined, 'the configuration was checked: every access point opens something');
  return found;
}

const kioskOf = ({ terminal, mirror }: Gate): ScreenEndpoints['kiosk'] => ({
  subscribe: (onView, onMirror) => {
    const both = new DisposableStack();
    both.use(terminal.kiosk.subscribe(onView));
    both.use(mirror.subscribe(onMirror));
    return both;
  },
  takes: (command) => terminal.kiosk.takes(command),
  command: (command) => terminal.kiosk.command(command),
});
