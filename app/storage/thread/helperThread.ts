import { parentPort, type MessagePort } from 'node:worker_threads';
import { assert } from '#core/kernel/assert.ts';
import { openPage, type RosterPage } from '../stores/rosterPage.ts';
import type { PageOpened } from './rosterHelper.ts';

/**
 * Opens pages of the roster and says of each which of its people are to be left out. What it opens it gives to the main
 * side itself, by the port that comes before the first page.
 */
assert(parentPort !== null, 'the helper is started as a worker');
const port = parentPort;
port.once('message', (aside: MessagePort) => {
  port.on('message', (page: RosterPage) => {
    const { buffer, byteOffset, length } = page.bytes;
    const { part, damaged } = openPage({ ...page, bytes: Buffer.from(buffer, byteOffset, length) });
    aside.postMessage(part, [part.features]);
    port.postMessage({ damaged } satisfies PageOpened);
  });
});
