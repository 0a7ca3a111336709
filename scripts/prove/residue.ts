import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SHIMS } from '#service/devices/libcameraCamera.ts';
import { searchBehindCipher } from '../traces/behindCipher.ts';
import { journalDesk } from '../journal/desk.ts';
import { result, type Result } from '../report.ts';
import { confinedTo, writableOutside } from './residue/confined.ts';
import { controlRun, controlOnScreen } from './residue/controls.ts';
import type { CameraDriver, Preview } from './residue/gateUnderWatch.ts';
import type { Way } from './residue/passage.ts';
import { searchFiles, searchMemory, searchOpenFiles, type Searched } from './residue/places.ts';
import { Screen } from './residue/screen.ts';
import { Stage, type Passed } from './residue/stage.ts';
import { KINDS } from './residue/traces.ts';

const SHIM = SHIMS['libcamera-files'];
/** After the last decision. */
const REST_MS = 1_000;
/** A face a second is slow. */
const PASS_MS_A_FACE_MAX = 3_000;
const START_MS_MAX = 60_000;
/** Of one search of the journal. */
const ENTRIES_MAX = 1_000;
const FINDS_TOLD_MAX = 6;
const UNREAD_SHARE_MAX = 0.01;
const MEGABYTE = 2 ** 20;

export interface ResidueOptions {
  readonly seed: number;
  /** Faces that pass. */
  readonly count: number;
  /** Labelled photographs, in place of those of the demonstration. */
  readonly faces?: string | undefined;
  readonly preview?: Preview | undefined;
  /** The shim where it was built. */
  readonly camera?: CameraDriver | undefined;
}

/**
 * Lets faces that match nobody pass the service, a process of its own with its screen in a browser, and afterwards looks
 * for them in everything that the two can write: files, what they have open, and their memory. Then the same search must
 * find what a gate and a page keep on purpose.
 */
export async function proveResidue(options: ResidueOptions): Promise<Result[]> {
  const { seed, count, faces, preview = 'outline', camera = existsSync(SHIM) ? 'libcamera-files' : 'replay' } = options;
  // The system tells the real path of a file that is open.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lintel-residue-')));
  try {
    await using stage = await Stage.open({ folder, seed, preview, camera, faces });
    const watched = await watch(stage, count, preview);
    return [
      result('camera', {
        value: camera,
        note: camera === 'replay' ? 'without a compiler' : 'the shim, as for real ones',
      }),
      ...watched,
      behindCipher(stage),
      ...(await controlRun(stage)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of eight people six walk by, one touches the screen and one stands there until the decision falls. */
const wayOf = (index: number): Way => (index % 4 !== 3 ? 'walks by' : index % 8 === 3 ? 'touches' : 'stands there');

async function watch(stage: Stage, count: number, preview: Preview): Promise<Result[]> {
  await using service = stage.gate.start({ through: stage.through });
  const { port } = await service.whileItRuns(service.ready);
  const confinement = confinedTo(stage.screenFolder);
  const through = confinement.kind === 'confined' ? confinement.through : [];
  const { token } = stage.gate;
  await using screen = Screen.start({ folder: stage.screenFolder, port, token, through });
  await service.whileItRuns(service.showsKiosks(1));
  const start = performance.now();
  const passed = await service.whileItRuns(
    stage.pass({ count, port, wayOf }),
    count * PASS_MS_A_FACE_MAX + START_MS_MAX,
  );
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  await pause(REST_MS);
  // The browser shows the kiosk page to the end.
  await service.whileItRuns(service.showsKiosks(1));
  const began = performance.now();
  const { windows, gate, screenFolder } = stage;
  const searched = {
    serviceMemory: searchMemory([service.pid], windows),
    screenMemory: searchMemory(screen.processes, windows),
    serviceFiles: searchFiles(gate.folder, windows),
    screenFiles: searchFiles(screenFolder, windows),
    serviceOpen: searchOpenFiles([service.pid], gate.folder, windows),
    screenOpen: searchOpenFiles(screen.processes, screenFolder, windows),
  };
  const took = Math.round((performance.now() - began) / 100) / 10;
  const mirrored = preview === 'mirror';
  return [
    ...passedResults(stage, passed, seconds),
    confined(stage, service.pid),
    found('service: memory', searched.serviceMemory),
    found('service: files', searched.serviceFiles),
    found('service: open files', searched.serviceOpen),
    found('screen: memory', searched.screenMemory, mirrored),
    found('screen: files', searched.screenFiles),
    found('screen: open files', searched.screenOpen, mirrored),
    result('search', { value: took, unit: 's', note: 'of every byte, once' }),
    await journalled(stage, passed),
    ...(await controlOnScreen(stage, screen)),
  ];
}

function passedResults({ portraits, windows }: Stage, passed: readonly Passed[], seconds: number): Result[] {
  const decisions = passed.filter(({ decided }) => decided !== undefined);
  const granted = decisions.filter((one) => one.decided === 'granted').length;
  const by = (way: Way): number => decisions.filter((one) => one.way === way).length;
  return [
    result('faces that passed', {
      value: passed.length,
      unit: 'faces',
      note: `in ${seconds} s, each another picture; made of ${portraits.photographs} photographs of ${portraits.people} people`,
    }),
    result('decisions', {
      ok: decisions.length > 0,
      value: decisions.length,
      note: `${by('stands there')} without a touch, ${by('touches')} with one; of the others features were extracted as they walked by`,
    }),
    result('faces that matched', { ok: granted === 0, value: granted, limit: 0 }),
    result('looked for', {
      ok: windows.count > 0,
      value: windows.count,
      unit: 'windows of 32 bytes',
      note: `${KINDS.length} kinds of traces; ${windows.shared} that several faces have in common left out`,
    }),
  ];
}

/** Does the system keep the service to its folder? Then that folder is everything that it can write. */
function confined({ confinement, gate }: Stage, pid: number): Result {
  if (confinement.kind === 'none') {
    const note = `not here (${confinement.why}): its data, temporary and home folders and its open files were searched`;
    return result('service: kept to its folder', { value: null, note });
  }
  const outside = writableOutside(pid, gate.folder);
  return result('service: kept to its folder', {
    ok: outside.length === 0,
    value: outside.length,
    limit: 0,
    unit: 'other places',
    note: outside.length === 0 ? 'everything else was read-only to it, the pictures too' : outside.join(', '),
  });
}

function found(name: string, { finds, bytes, places, unreadBytes }: Searched, mayBe = false): Result {
  const isMemory = name.endsWith('memory');
  const size = `${Math.round((bytes / MEGABYTE) * 10) / 10} MB in ${places.length} ${isMemory ? 'processes' : 'files'}`;
  const unread = unreadBytes === 0 ? '' : `, of which the system did not hand out ${unreadBytes} bytes`;
  const told = finds.count === 0 ? `nothing in ${size}${unread}` : `${finds.toString()}; in ${size}${unread}`;
  // What was not read shows nothing. A range of a memory may go between its listing and its reading.
  const isRead = (!isMemory || places.length > 0) && unreadBytes <= bytes * UNREAD_SHARE_MAX;
  return result(name, {
    ok: isRead && (finds.count === 0 || mayBe),
    value: finds.count,
    ...(mayBe ? {} : { limit: 0 }),
    unit: 'finds',
    note: mayBe ? `${told}; the preview mirror shows the live picture` : told,
  });
}

/** What the journal of the gate that works says of those who were denied: nothing of those who asked for nothing. */
async function journalled({ gate }: Stage, passed: readonly Passed[]): Promise<Result> {
  const asked = passed.filter(({ way, decided }) => way === 'touches' && decided === 'denied').length;
  const expected = Math.min(asked, ENTRIES_MAX);
  const desk = await journalDesk(gate.config.dataFolder, () => {
    throw new Error('the gate works');
  });
  try {
    const { entries } = await desk.search({ kind: 'access-denied', subjects: true }, ENTRIES_MAX);
    const bare = entries.filter(
      ({ event, subject }) =>
        subject === undefined && Object.keys(event).toSorted().join() === 'accessPoint,kind,reason',
    );
    return result('journal: denials', {
      ok: entries.length === expected && bare.length === expected,
      value: entries.length,
      limit: expected,
      unit: 'entries',
      note: 'of those who touched the screen, with place, time and reason alone',
    });
  } finally {
    await desk.close();
  }
}

/** Once the service has ended: its databases without the cipher of their files. */
function behindCipher({ gate, windows }: Stage): Result {
  const { dataFolder: data, keys } = gate.config;
  const { files, found: finds } = searchBehindCipher({ data, keyFile: keys.root.path }, windows);
  return result('service: databases behind their cipher', {
    ok: files.length > 0 && finds.length === 0,
    value: finds.length,
    limit: 0,
    unit: 'finds',
    note: finds.length === 0 ? `nothing in ${files.length} files` : finds.slice(0, FINDS_TOLD_MAX).join('; '),
  });
}
