import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { searchBehindCipher } from '../../traces/behindCipher.ts';
import { result, type Result } from '../../report.ts';
import { searchFiles, searchMemory, searchOpenFiles, type Searched } from './places.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { KINDS, type Kind } from './traces.ts';
import { Windows } from './windows.ts';

/** Faces that a control shows: each way once and more. */
const FACES = 4;
const REST_MS = 1_000;
/** Put before the service in a control run. */
const KEEPER = new URL('./keeper.ts', import.meta.url);

/** What was kept on purpose, and where the search must find it. */
interface Kept {
  readonly where: string;
  readonly kind: Kind;
  readonly in: Searched;
  readonly place?: RegExp;
}

/** A page that keeps a probe, and a browser that keeps a frame in its profile: both must be found. */
export async function controlOnScreen(stage: Stage, screen: Screen): Promise<Result[]> {
  const windows = new Windows(KINDS);
  const { look } = await stage.next(windows);
  await screen.keep(new Uint8Array(look.probe.buffer));
  writeFileSync(join(screen.profile, 'kept'), look.pixels);
  const memory = searchMemory(screen.processes, windows);
  const files = searchFiles(stage.screenFolder, windows);
  return [
    seen({ where: 'memory of the screen', kind: 'probe, 32-bit floats', in: memory }),
    seen({ where: 'profile of the browser', kind: 'frame', in: files, place: /profile\/kept$/ }),
  ];
}

/** The same gate again, with a module before it that keeps frames, crops and probes: all of it must be found. */
export async function controlRun(stage: Stage): Promise<Result[]> {
  const windows = new Windows(KINDS);
  const kept = await whileItRuns(stage, windows);
  const { dataFolder: data, keys } = stage.gate.config;
  const journal = searchBehindCipher({ data, keyFile: keys.root.path }, windows);
  const inJournal = journal.found.filter((found) => found.startsWith('probe as base64') && /journal\.db/.test(found));
  return [
    ...kept.map(seen),
    result('control: journal', {
      ok: inJournal.length > 0,
      value: inJournal.length,
      unit: 'finds',
      note: 'probe as base64, in an entry, behind the cipher of the file',
    }),
  ];
}

async function whileItRuns(stage: Stage, windows: Windows): Promise<Kept[]> {
  await using service = stage.gate.start({ through: stage.through, preloaded: KEEPER });
  const { port } = await service.whileItRuns(service.ready);
  const passing = stage.pass({ count: FACES, port, windows, wayOf: (i) => (i % 2 === 0 ? 'stands there' : 'touches') });
  await service.whileItRuns(passing);
  await pause(REST_MS);
  const memory = searchMemory([service.pid], windows);
  const files = searchFiles(stage.gate.folder, windows);
  const open = searchOpenFiles([service.pid], stage.gate.folder, windows);
  return [
    { where: 'memory of the service', kind: 'frame', in: memory },
    { where: 'memory of the service', kind: 'planted marker', in: memory },
    { where: 'memory of the service', kind: 'crop for feature', in: memory },
    { where: 'memory of the service', kind: 'probe, 32-bit floats', in: memory },
    { where: 'data folder', kind: 'frame', in: files, place: /^data\/frame-/ },
    { where: 'data folder', kind: 'planted marker', in: files, place: /^data\/frame-/ },
    { where: 'temporary folder', kind: 'crop for feature', in: files, place: /^tmp\/crop-/ },
    { where: 'home folder', kind: 'probe, 32-bit floats', in: files, place: /^home\/probe-/ },
    { where: 'log', kind: 'probe as base64', in: files, place: /^gate\.log$/ },
    { where: 'file that is open and deleted', kind: 'frame', in: open },
  ];
}

function seen({ where, kind, in: searched, place = /./ }: Kept): Result {
  const windows = searched.finds.windowsOf(kind, place);
  return result(`control: ${kind}, ${where}`, {
    ok: windows > 0,
    value: windows,
    unit: 'windows',
    note: windows > 0 ? 'kept on purpose, and found' : 'kept on purpose, and not found: the search is blind there',
  });
}
