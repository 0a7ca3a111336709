import { parentPort } from 'node:worker_threads';

/** A thread that starts well and then hangs. */
parentPort?.on('message', () => {});
parentPort?.postMessage({ kind: 'ready' });
