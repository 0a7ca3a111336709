import { isMainThread } from 'node:worker_threads';
import { DEMONSTRATION_CARD_FORMAT } from '#service/simulated/demonstration.ts';
import { SimulatedWorld } from '#service/simulated/world.ts';
import type { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import type { SimulatedReader } from '#drivers/reader/simulatedReader.ts';

/** What the hands at a gate without screens do. */
export type HandsMessage = { readonly card: string } | { readonly rex: boolean };

/** To be put before a program: the simulated gate that it starts obeys `GateProcess.tell`, without any screen. */
export const WITH_HANDS: readonly string[] = ['env', `NODE_OPTIONS=--import=${import.meta.url}`];

const isHandsMessage = (message: unknown): message is HandsMessage =>
  typeof message === 'object' && message !== null && ('card' in message || 'rex' in message);

/** Keeps hold of the one reader and the one door's inputs when the gate asks its world for them. */
function takeHold(): void {
  let reader: SimulatedReader | undefined;
  let inputs: SimulatedInputs | undefined;
  const create = SimulatedWorld.create.bind(SimulatedWorld);
  SimulatedWorld.create = async (...parts) => {
    const world = await create(...parts);
    const readerAt = world.reader.bind(world);
    const inputsOf = world.inputs.bind(world);
    world.reader = (accessPoint) => (reader = readerAt(accessPoint));
    world.inputs = (door) => (inputs = inputsOf(door));
    return world;
  };
  process.on('message', (message) => {
    if (!isHandsMessage(message)) return;
    if ('card' in message) reader?.show({ format: DEMONSTRATION_CARD_FORMAT, number: message.card });
    else inputs?.set('rex', message.rex);
  });
}

if (isMainThread && process.argv[1]?.endsWith('app/service/start.ts') === true) takeHold();
