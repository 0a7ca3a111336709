import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Fault } from '#core/kernel/fault.ts';
import { SESSION_OPTIONS, type LoadedSession } from '../models/model.ts';
import type { ModelSpec, Task } from '../models/modelsFile.ts';
import type { InRuntime } from './nativeLatch.ts';
import { readModel } from './readModel.ts';
import { silenceRuntime } from './silentRuntime.ts';

/**
 * Sessions of the native runtime, one for each model, each file checked first.
 * @param folder of the model files; a file with an absolute path lies where it says
 * @param inRuntime through which each call goes that enters the runtime, in a thread that somebody may end
 * @throws Fault `model` naming the file, what was found and what was expected
 */
export async function loadSessions(
  folder: string,
  models: readonly ModelSpec[],
  inRuntime: InRuntime = (call) => call(),
): Promise<ReadonlyMap<Task, LoadedSession>> {
  silenceRuntime();
  const sessions = new Map<Task, LoadedSession>();
  for (const model of models) {
    const session = await loadSession(resolve(folder, model.file), model, inRuntime);
    sessions.set(model.task, {
      session: {
        inputMetadata: session.inputMetadata,
        outputMetadata: session.outputMetadata,
        run: (feeds, fetches) => inRuntime(() => session.run(feeds, fetches)),
        release: () => inRuntime(() => session.release()),
      },
      tensor: (values, shape) => new Tensor('float32', values, shape),
    });
  }
  return sessions;
}

async function loadSession(
  path: string,
  { sha256: expected, graphOptimization }: ModelSpec,
  inRuntime: InRuntime,
): Promise<InferenceSession> {
  const bytes = readModel(path);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== expected)
    throw new Fault('model', { thing: path, found: `sha256 ${found}`, expected: `sha256 ${expected}` });
  try {
    // From the bytes that were hashed: the file may change in between.
    const options = { ...SESSION_OPTIONS, graphOptimizationLevel: graphOptimization };
    return await inRuntime(() => InferenceSession.create(bytes, options));
  } catch (cause) {
    throw new Fault(
      'model',
      { thing: path, found: 'a file that the runtime cannot load', expected: 'an ONNX model' },
      cause,
    );
  } finally {
    giveBack(bytes);
  }
}

/** Frees the bytes now: the runtime has copied what it needs, and the collector may take hours to look. */
function giveBack({ buffer, length }: Buffer<ArrayBuffer>): void {
  // A small file shares its memory with other buffers.
  if (buffer.byteLength === length) buffer.transfer(0);
}
