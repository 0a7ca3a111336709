import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { readHardwareArguments, type TestArguments } from './hardware/arguments.ts';
import { camera } from './hardware/camera.ts';
import { install, readers } from './hardware/install.ts';
import { openTested } from './hardware/openTested.ts';
import { chooseHost, thisMachine } from './start/host.ts';
import { whenEnough } from './hardware/whenEnough.ts';
import { scan } from './hardware/scan.ts';
import { TESTED_DOOR, walk, type Installer } from './hardware/walk.ts';
import { runCommand, type Arguments, type Result } from './report.ts';

/**
 * Finds out what hangs on the serial ports, and walks an installer through a door's hardware. Usage: npm run hardware --
 * scan, -- test, -- camera, -- readers or -- install; each says what it takes when that is left out. Only `test` moves a relay; the
 * last two ask a gate that works.
 */

const ROOT = join(import.meta.dirname, '..');
const clock = new SystemClock();

async function hardware({ rest }: Arguments): Promise<{ results: readonly Result[] }> {
  const options = readHardwareArguments(rest);
  // Timers of the clock keep no process alive, and between two questions nothing else does.
  const kept = setInterval(() => undefined, 1_000);
  try {
    return { results: await perform(options) };
  } finally {
    clearInterval(kept);
  }
}

async function perform(options: ReturnType<typeof readHardwareArguments>): Promise<readonly Result[]> {
  switch (options.kind) {
    case 'scan':
      return scan(options, clock);
    case 'test':
      return test(options);
    case 'camera':
      return camera(options, {
        clock,
        env: process.env,
        host: chooseHost(thisMachine(ROOT)),
        say: (line) => void process.stderr.write(`${line}\n`),
        watch: whenEnough,
      });
    case 'readers':
      return readers(options);
    case 'install': {
      using installer = atTheConsole();
      return await install(options, installer);
    }
  }
}

async function test(options: TestArguments): Promise<readonly Result[]> {
  await using tested = await openTested(options, clock);
  using installer = atTheConsole();
  const { board, inputs, reader, look } = tested;
  return await walk({
    installer,
    clock,
    board,
    channel: options.channel,
    ...(inputs !== undefined && { inputs: inputs.inputs(TESTED_DOOR) }),
    ...(reader !== undefined && { reader }),
    ...(look !== undefined && { look }),
  });
}

/** Questions go to stderr: stdout is the report's. An end of what is typed is a no. */
function atTheConsole(): Installer & Disposable {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const typed = lines[Symbol.asyncIterator]();
  return {
    tell: (text) => void process.stderr.write(`${text}\n`),
    yes: async (question) => {
      for (;;) {
        process.stderr.write(`${question} (y/n) `);
        const line = await typed.next();
        if (line.done === true) return false;
        const said = line.value.trim().toLowerCase();
        if (said === 'y' || said === 'yes') return true;
        if (said === 'n' || said === 'no') return false;
      }
    },
    [Symbol.dispose]: () => lines.close(),
  };
}

await runCommand('hardware', hardware);
// A line that is still being tried would keep the process.
process.exit();
