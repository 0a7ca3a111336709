import { Worker } from 'node:worker_threads';
import { Fault } from '#core/kernel/fault.ts';
import type { Scene } from '#drivers/camera/simulatedCamera.ts';
import type { SceneAnswer, SceneTask } from './sceneThread.ts';

/**
 * The scenes of the demonstration, cut out of their photographs in a thread that ends with its memory: large pictures
 * are no part of a gate, and must not weigh on the one that is being looked at.
 * @throws Fault `picture` where a photograph is missing or damaged
 */
export async function prepareScenes(task: SceneTask): Promise<readonly Scene[]> {
  const worker = new Worker(new URL('./sceneThread.ts', import.meta.url), { workerData: task, name: 'scenes' });
  const { promise, resolve } = Promise.withResolvers<SceneAnswer>();
  worker.once('message', resolve);
  worker.once('error', (error) => resolve({ kind: 'failed', why: String(error) }));
  worker.once('exit', () => resolve({ kind: 'failed', why: 'its thread ended' }));
  const answer = await promise;
  await worker.terminate();
  if (answer.kind === 'scenes') return answer.scenes;
  const expected = 'the photographs of the demonstration, put there by the setup';
  throw new Fault('picture', { thing: task.folder, found: answer.why, expected });
}
