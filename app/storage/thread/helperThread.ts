import { MessagePort, parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod/mini';
import { assert } from '#core/kernel/assert.ts';
import { openPage, type RosterPage } from '../stores/rosterPage.ts';
import type { PageOpened } from './rosterHelper.ts';

/** Opens pages of the roster and gives them to the main side; says of each which of its people are to be left out. */
assert(parentPort !== null, 'the helper is started as a worker');
const port = parentPort;
const { aside } = z.object({ aside: z.instanceof(MessagePort) }).parse(workerData);
port.on('message', (page: RosterPage) => {
  const { buffer, byteOffset, length } = page.bytes;
  const { part, damaged } = openPage({ ...page, bytes: Buffer.from(buffer, byteOffset, length) });
  aside.postMessage(part, [part.features]);
  port.postMessage({ damaged } satisfies PageOpened);
});
