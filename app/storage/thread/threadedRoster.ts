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
 * who is to be left out. The features of a part are overwritten when `onPart` returns.
 * @throws also what `onPart` throws, once everything has come.
 */
export async function loadParts(
  thread: StorageThread,
  onPart: (part: RosterPart) => void,
): Promise<readonly Pseudonym[]> {
  const { port1: here, port2: aside } = new MessageChannel();
  let failure: { readonly error: unknown } | undefined;
  const take = (part: RosterPart): void => {
    try {
      if (failure === undefined) onPart(part);
    } catch (error) {
      failure = { error };
    } finally {
      new Uint8Array(part.features).fill(0);
      // To nothing, which frees it: left to the collector it would stay for hours in a gate that has nothing to do.
      part.features.transfer(0);
    }
  };
  try {
    let came = 0;
    let expected = Infinity;
    const all = Promise.withResolvers<void>();
    here.on('message', (part: RosterPart) => {
      take(part);
      came += 1;
      if (came === expected) all.resolve();
    });
    const loaded = await thread.call('load', { aside }, { onPart: take, handedOver: [aside] });
    expected = loaded.aside;
    if (came < expected) await all.promise;
    if (failure !== undefined) throw failure.error;
    return loaded.leftOut;
  } finally {
    here.close();
  }
}

/** The templates of a part, which are good for as long as its features are. */
export const templatesOf = ({ templates, features }: RosterPart): Template[] =>
  recordsOf(templates).map(
    (record, index) => new Template(record, new Float32Array(features, index * TEMPLATE_BYTES, FEATURE_LENGTH)),
  );
