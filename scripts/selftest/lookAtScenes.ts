import { assert } from '#core/kernel/assert.ts';
import type { Frame } from '#core/ports/camera.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SimulatedCamera } from '#drivers/camera/simulatedCamera.ts';
import { programFolders, readModels } from '#service/readConfig.ts';
import { readDemonstration } from '#service/simulated/demonstration.ts';
import { prepareScenes } from '#service/simulated/prepareScenes.ts';
import { Eyes, type Look } from '../traces/eyes.ts';

/** Everything that a gate makes of one scene, marker included. */
export interface SceneLook extends Look {
  readonly scene: string;
}

/**
 * Looks at every scene of the demonstration with the gate's own camera, models and settings.
 * @throws Fault `model` or `picture`
 */
export async function lookAtScenes(root: string, marker: Uint8Array): Promise<SceneLook[]> {
  const folders = programFolders(root);
  const { scenes } = readDemonstration();
  const camera = new SimulatedCamera({
    name: 'camera of the witness',
    clock: new SystemClock(),
    scenes: await prepareScenes({ scenes, folder: folders.pictures }),
  });
  camera.mark(marker);
  const eyes = await Eyes.open(folders.models, readModels(folders.models));
  const looks: SceneLook[] = [];
  for (const { id } of scenes) {
    using frame = await frameOf(camera, id);
    const seen = await eyes.see(frame);
    assert(seen !== undefined, 'somebody is seen in every scene of the demonstration');
    looks.push({ scene: id, ...seen.look });
  }
  await eyes.close();
  return looks;
}

async function frameOf(camera: SimulatedCamera, scene: string): Promise<Frame> {
  camera.show(scene);
  const stream = camera.frames();
  try {
    const frame = await stream.next();
    assert(frame !== undefined, 'an open camera delivers');
    return frame;
  } finally {
    await stream.close();
  }
}
