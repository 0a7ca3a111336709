import { parentPort } from 'node:worker_threads';

/** A thread that answers once and falls down at the next call. */
let answered = false;
parentPort?.on('message', () => {
  if (answered) throw new Error('out of memory');
  answered = true;
  parentPort?.postMessage({ kind: 'done', count: 0 });
});
parentPort?.postMessage({ kind: 'ready' });
