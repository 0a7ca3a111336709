import { isMainThread } from 'node:worker_threads';
import { DEMONSTRATION_CARD_FORMAT } from '#service/simulated/demonstration.ts';
import { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import { SimulatedReader } from '#drivers/reader/simulatedReader.ts';

/** What the hands at a gate without screens do. */
export type HandsMessage = { readonly card: string } | { readonly rex: boolean };

/** To be put before a program: the simulated gate that it starts obeys `GateProcess.tell`, without any screen. */
export const WITH_HANDS: readonly string[] = ['env', `NODE_OPTIONS=--import=${import.meta.url}`];

const isHandsMessage = (message: unknown): message is HandsMessage =>
  typeof message === 'object' && message !== null && ('card' in message || 'rex' in message);

/** Keeps hold of the one reader and the one door's inputs when the gate begins to listen to them. */
function takeHold(): void {
  const { onCard } = SimulatedReader.prototype;
  const { onChange } = SimulatedInputs.prototype;
  let reader: SimulatedReader | undefined;
  let inputs: SimulatedInputs | undefined;
  SimulatedReader.prototype.onCard = function (listener) {
    reader = this;
    return onCard.call(this, listener);
  };
  SimulatedInputs.prototype.onChange = function (listener) {
    inputs = this;
    return onChange.call(this, listener);
  };
  process.on('message', (message) => {
    if (!isHandsMessage(message)) return;
    if ('card' in message) reader?.show({ format: DEMONSTRATION_CARD_FORMAT, number: message.card });
    else inputs?.set('rex', message.rex);
  });
}

if (isMainThread && process.argv[1]?.endsWith('app/service/start.ts') === true) takeHold();
