import { messageOf } from '#core/kernel/fault.ts';
import { Tasks, type Task, type Told } from './tasks.ts';

const AWAKE_MS = 1_000;

/**
 * Does tasks on whichever machine runs it, and writes one line of JSON for each. Usage: program.ts TASKS, as JSON.
 * Each part is imported when it is used, so that a library which cannot be loaded fails its own task alone.
 */
async function answerOf(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'vision':
      return (await import('./vision.ts')).lookAtPhotographs();
    case 'platform':
      return (await import('./platform.ts')).callTheSystem();
    case 'camera':
      return (await import('./camera.ts')).takeFrames(task.library);
    case 'serial':
      return (await import('./serial.ts')).useSerialLines(task);
    case 'keep':
      return (await import('./storage.ts')).keep(task.folder);
    case 'find':
      return (await import('./storage.ts')).findAll(task.folders);
  }
}

async function tell(task: Task): Promise<Told> {
  try {
    return { answer: await answerOf(task) };
  } catch (thrown) {
    return { fault: messageOf(thrown) };
  }
}

// The gate's own timers keep no process alive.
using awake = new DisposableStack();
awake.adopt(
  setInterval(() => undefined, AWAKE_MS),
  clearInterval,
);
for (const task of Tasks.parse(JSON.parse(process.argv[2] ?? ''))) console.log(JSON.stringify(await tell(task)));
