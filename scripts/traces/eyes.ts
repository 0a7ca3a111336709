import type { Face, MeasuredFace } from '#core/biometrics/face.ts';
import type { PadScore } from '#core/biometrics/pad.ts';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import type { ModelsFile, Task } from '#vision/models/modelsFile.ts';
import type { LoadedSession, Session } from '#vision/models/model.ts';
import { loadSessions } from '#vision/node/loadSessions.ts';
import { Stages } from '#vision/stages/stages.ts';
import { WorkingMemory } from '#vision/workingMemory.ts';

/** RGB, 8 bits a channel, rows without padding. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Everything that a gate makes of one picture. */
export interface Look {
  /** Of the whole picture. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Each model's last input: the crop that it was shown, as the numbers it was shown in. */
  readonly crops: ReadonlyMap<Task, Float32Array>;
  /** What the feature model answered, before it is brought to length 1. */
  readonly features: Float32Array;
  readonly probe: Float32Array;
}

export interface Seen {
  readonly face: MeasuredFace;
  readonly pad: PadScore;
  readonly look: Look;
}

/** @param faces all that are in the picture, the widest first */
type Wanted = (face: MeasuredFace, pad: PadScore, faces: readonly Face[]) => boolean;

/** The gate's own models and settings, in a process that may keep what they see. */
export class Eyes {
  readonly #stages: Stages;
  readonly #spy: Spy;

  private constructor(stages: Stages, spy: Spy) {
    this.#stages = stages;
    this.#spy = spy;
  }

  /** @param folder of the models' files @throws Fault `model` */
  static async open(folder: string, { models, operating }: ModelsFile): Promise<Eyes> {
    const spy = new Spy();
    const sessions = new Map<Task, LoadedSession>();
    for (const [task, loaded] of await loadSessions(folder, models)) sessions.set(task, spy.on(task, loaded));
    const memory = new WorkingMemory();
    return new Eyes(new Stages({ models, sessions, memory, scoreMin: operating.detection.scoreMin }), spy);
  }

  /**
   * The widest face of the picture; undefined where there is none, or it is not wanted: of that nothing is extracted.
   * @throws Fault `model` or `picture`
   */
  async see(picture: Picture, wanted: Wanted = () => true): Promise<Seen | undefined> {
    const faces = (await this.#stages.detect(picture)).toSorted((a, b) => b.box.width - a.box.width);
    const [widest] = faces;
    if (widest === undefined) return undefined;
    const face = await this.#stages.measure(picture, widest);
    const pad = await this.#stages.measurePad(picture, widest);
    if (!wanted(face, pad, faces)) return undefined;
    const probe = new Float32Array(FEATURE_LENGTH);
    await this.#stages.extract(picture, face, probe);
    const { width, height } = picture;
    return { face, pad, look: { width, height, pixels: Uint8Array.from(picture.pixels), probe, ...this.#spy.take() } };
  }

  async close(): Promise<void> {
    await this.#stages.release();
  }
}

/** Copies what models are shown, and what the feature model answers. */
class Spy {
  #crops = new Map<Task, Float32Array>();
  #features = new Float32Array(0);

  on(task: Task, { session, tensor }: LoadedSession): LoadedSession {
    const run: Session['run'] = async (feeds, fetches) => {
      for (const { data } of Object.values(feeds)) {
        if (data instanceof Float32Array) this.#crops.set(task, Float32Array.from(data));
      }
      const answers = await session.run(feeds, fetches);
      for (const { data } of Object.values(answers)) {
        if (task === 'feature' && data instanceof Float32Array) this.#features = Float32Array.from(data);
      }
      return answers;
    };
    return { session: { ...session, run }, tensor };
  }

  take(): Pick<Look, 'crops' | 'features'> {
    const taken = { crops: this.#crops, features: this.#features };
    this.#crops = new Map();
    this.#features = new Float32Array(0);
    return taken;
  }
}
