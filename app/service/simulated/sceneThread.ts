import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '#core/kernel/fault.ts';
import { createJpegDecoder } from '#drivers/camera/jpeg.ts';
import { sceneFromPicture } from '#drivers/camera/scenes.ts';
import type { Scene } from '#drivers/camera/simulatedCamera.ts';
import type { Demonstration } from './demonstration.ts';

/** What this thread is started with. */
export interface SceneTask {
  readonly scenes: Demonstration['scenes'];
  readonly folder: string;
}

export type SceneAnswer =
  | { readonly kind: 'scenes'; readonly scenes: readonly Scene[] }
  | { readonly kind: 'failed'; readonly why: string };

async function prepare({ scenes, folder }: SceneTask): Promise<SceneAnswer> {
  using decoder = await createJpegDecoder();
  const prepared: Scene[] = [];
  for (const { id, picture, face, turnDegrees } of scenes) {
    try {
      using decoded = decoder.decode(readFileSync(join(folder, picture)), picture);
      prepared.push({ id, picture: sceneFromPicture(decoded, face, turnDegrees === undefined ? {} : { turnDegrees }) });
    } catch (error) {
      return { kind: 'failed', why: messageOf(error) };
    }
  }
  return { kind: 'scenes', scenes: prepared };
}

// The type is ours on both sides: this thread is started by prepareScenes.ts alone.
const answer = await prepare(workerData as SceneTask);
parentPort?.postMessage(answer);
