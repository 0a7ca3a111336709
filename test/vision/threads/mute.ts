import { parentPort } from 'node:worker_threads';

/** A thread that never gets ready. */
parentPort?.on('message', () => {});
