import { parentPort } from 'node:worker_threads';

/** A thread that leaves at the first call without a word. */
parentPort?.on('message', () => process.exit(3));
parentPort?.postMessage({ kind: 'ready' });
