import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#core/kernel/assert.ts';
import { KioskLine } from './kioskLine.ts';
import { Passage, type Decided, type Passing, type PassageParts } from './passage.ts';

/**
 * The thread that lets people pass: what the gate shows is read as it comes, while the thread that started this one makes
 * the next face.
 */
export interface PassageStart extends Omit<PassageParts, 'line'> {
  readonly port: number;
  readonly token: string;
}

export type PassageAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'passed'; readonly decided: Decided }
  | { readonly kind: 'failed'; readonly why: string };

const port = parentPort;
assert(port !== null, 'this program runs as a thread');
const answer = (says: PassageAnswer): void => port.postMessage(says);

// The types are ours on both sides: this thread is started by passageLink.ts alone.
const { port: listens, token, ...rest } = workerData as PassageStart;
const passage = new Passage({ ...rest, line: await KioskLine.open(listens, token) });
port.on('message', (passing: Passing) => {
  passage.pass(passing).then(
    (decided) => answer({ kind: 'passed', decided }),
    (error: unknown) => answer({ kind: 'failed', why: String(error) }),
  );
});
answer({ kind: 'ready' });
