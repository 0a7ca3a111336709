import type { InferenceSession } from 'onnxruntime-common';
import type { MeasuredFace } from '#core/biometrics/face.ts';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { assert } from '#core/kernel/assert.ts';
import type { Frame } from '#core/ports/camera.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SimulatedCamera } from '#drivers/camera/simulatedCamera.ts';
import { programFolders, readModels } from '#service/readConfig.ts';
import { readDemonstration } from '#service/simulated/demonstration.ts';
import { prepareScenes } from '#service/simulated/prepareScenes.ts';
import type { LoadedSession } from '#vision/models/model.ts';
import type { Task } from '#vision/models/modelsFile.ts';
import { loadSessions } from '#vision/node/loadSessions.ts';
import { Stages } from '#vision/stages/stages.ts';
import { WorkingMemory } from '#vision/workingMemory.ts';

/** Everything that a gate makes of one scene. */
export interface SceneLook {
  readonly scene: string;
  /** Of the whole frame, marker included. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Each model's last input: the crop that it was shown, as the numbers it was shown in. */
  readonly crops: ReadonlyMap<Task, Float32Array>;
  /** What the feature model answered, before it is brought to length 1. */
  readonly features: Float32Array;
  readonly probe: Float32Array;
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
  const { models, operating } = readModels(folders.models);
  const spy = new Spy();
  const sessions = new Map<Task, LoadedSession>();
  for (const [task, loaded] of await loadSessions(folders.models, models)) sessions.set(task, spy.on(task, loaded));
  const stages = new Stages({ models, sessions, memory: new WorkingMemory(), scoreMin: operating.detection.scoreMin });
  const looks: SceneLook[] = [];
  for (const { id } of scenes) {
    using frame = await frameOf(camera, id);
    looks.push({ scene: id, ...(await lookAt(frame, stages, spy)) });
  }
  await stages.release();
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

async function lookAt(frame: Frame, stages: Stages, spy: Spy): Promise<Omit<SceneLook, 'scene'>> {
  const found = await stages.detect(frame);
  const [face] = found.toSorted((a, b) => b.box.width - a.box.width);
  assert(face !== undefined, 'somebody is seen in every scene of the demonstration');
  const measured: MeasuredFace = await stages.measure(frame, face);
  await stages.measurePad(frame, face);
  const probe = new Float32Array(FEATURE_LENGTH);
  await stages.extract(frame, measured, probe);
  const { width, height } = frame;
  return { width, height, pixels: Uint8Array.from(frame.pixels), probe, ...spy.take() };
}

/** Copies what models are shown, and what the feature model answers. */
class Spy {
  #crops = new Map<Task, Float32Array>();
  #features = new Float32Array(0);

  on(task: Task, { session, tensor }: LoadedSession): LoadedSession {
    const { inputNames, outputNames, inputMetadata, outputMetadata } = session;
    const run: InferenceSession['run'] = async (feeds: InferenceSession.FeedsType, fetches?: object) => {
      for (const { data } of Object.values(feeds)) {
        if (data instanceof Float32Array) this.#crops.set(task, Float32Array.from(data));
      }
      const answers = await session.run(feeds, fetches ?? {});
      for (const { data } of Object.values(answers)) {
        if (task === 'feature' && data instanceof Float32Array) this.#features = Float32Array.from(data);
      }
      return answers;
    };
    const rest = { startProfiling: () => {}, endProfiling: () => {}, release: () => session.release() };
    return { session: { inputNames, outputNames, inputMetadata, outputMetadata, run, ...rest }, tensor };
  }

  take(): Pick<SceneLook, 'crops' | 'features'> {
    const taken = { crops: this.#crops, features: this.#features };
    this.#crops = new Map();
    this.#features = new Float32Array(0);
    return taken;
  }
}
