import { MessageChannel } from 'node:worker_threads';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { Template } from '#core/biometrics/template.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { recordsOf, type RosterPart } from '../stores/rosterPage.ts';
import { TEMPLATE_BYTES } from '../stores/templates.ts';
import type { StorageThread } from './storageThread.ts';

/**
 * Fewer rows are read in half a second, while the other core loads the models; a second thread would only leave memory
 * behind.
 */
export const ROWS_FOR_TWO = 100_000;

/**
 * The roster in parts, as the storage thread and, of a large one, another that helps it open them: templates first. Then
 * who is to be left out.
 */
export async function loadParts(
  thread: StorageThread,
  onPart: (part: RosterPart) => void,
): Promise<readonly Pseudonym[]> {
  const { port1: here, port2: aside } = new MessageChannel();
  try {
    let came = 0;
    let expected = Infinity;
    const all = Promise.withResolvers<void>();
    here.on('message', (part: RosterPart) => {
      onPart(part);
      came += 1;
      if (came === expected) all.resolve();
    });
    const loaded = await thread.call('load', { aside }, { onPart, handedOver: [aside] });
    expected = loaded.aside;
    if (came < expected) await all.promise;
    return loaded.leftOut;
  } finally {
    here.close();
  }
}

/** The templates of a part, which take over its features. */
export const templatesOf = ({ templates, features }: RosterPart): Template[] =>
  recordsOf(templates).map(
    (record, index) => new Template(record, new Float32Array(features, index * TEMPLATE_BYTES, FEATURE_LENGTH)),
  );
