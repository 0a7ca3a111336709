import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { millis } from '#core/kernel/units.ts';
import { programFolders, readConfig, readModels } from '#service/readConfig.ts';
import { readDemonstration } from '#service/simulated/demonstration.ts';
import { showCamera } from './cameraChecks.ts';
import { showDenialsWithIntent, showWalkUpDenials } from './denialChecks.ts';
import { showDrivers } from './driverChecks.ts';
import type { Findings } from './findings.ts';
import { GateUnderTest, type GateUnderTestParts } from './gateUnderTest.ts';
import { showEnrolment, showFaceGranted, showLeaving, showOtherWays } from './personChecks.ts';
import { showPasses } from './passChecks.ts';
import { showBehindCipher, showFiles, showMemory, showNoTraces, showSearchFinds } from './traceChecks.ts';
import { Witness } from './witnessLink.ts';

/** Bytes of the marker in every frame: 16 pixels. */
const MARKER_BYTES = 48;
/** Shorter than in the gate brought along, and nothing else: the self-test waits for them. */
const UNLOCK_MS = millis(1_500);
const GONE_MS = millis(300);
/** Where whatever the gate uses puts its own files: they are searched as well. */
const TEMPORARY_FOLDER = 'temporary';
const HOME_FOLDER = 'home';

export interface SimulatedParts {
  /** Where the program was unpacked. */
  readonly root: string;
  /** Holds everything that the gate writes: data, key, log. Empty. */
  readonly folder: string;
  readonly findings: Findings;
}

/**
 * The whole road on real photographs, models, storage and a real serial pair.
 * @throws Fault of the part that stops the start
 */
export async function simulatedSelftest({ root, folder, findings }: SimulatedParts): Promise<void> {
  using witness = new Witness();
  const marker = randomBytes(MARKER_BYTES);
  const folders = programFolders(root);
  const models = readModels(folders.models);
  const config = quick(readConfig({ file: undefined, simulated: true, folder }, models));
  const parts: GateUnderTestParts = { config, models, folders, marker };
  keepLibrariesIn(folder);
  const looking = witness.look(marker, root);
  // Told where it is awaited; a fault of the gate itself comes first.
  looking.catch(() => undefined);
  await firstStart(parts, { witness, looking, folder, findings });
  await secondStart({ ...parts, config: tapToLook(config) }, { folder, findings });
  await findings.part('drivers', () => showDrivers({ folders, models }, findings));
  await findings.part('camera_shim', () => showCamera(findings));
  await showNoTraces('traces.after_stop', () => witness.search(folder), findings);
  await showFiles(witness, folder, findings);
  await showBehindCipher(witness, { data: config.dataFolder, keyFile: config.keys.root.path, findings });
}

/** Libraries put files of their own aside: what they write belongs to what the gate writes. */
function keepLibrariesIn(folder: string): void {
  const temporary = join(folder, TEMPORARY_FOLDER);
  const home = join(folder, HOME_FOLDER);
  for (const made of [temporary, home]) mkdirSync(made);
  process.env['TMPDIR'] = temporary;
  process.env['HOME'] = home;
  delete process.env['XDG_CACHE_HOME'];
}

const quick = (config: TerminalConfig): TerminalConfig => ({
  ...config,
  doors: config.doors.map((door) => ({ ...door, timings: { ...door.timings, releaseMs: UNLOCK_MS } })),
  biometrics: { ...config.biometrics, presentation: { ...config.biometrics.presentation, goneMs: GONE_MS } },
});

/** The same gate as a new one would be set up: its camera is closed until somebody asks. */
const tapToLook = (config: TerminalConfig): TerminalConfig => ({
  ...config,
  accessPoints: config.accessPoints.map((accessPoint) => ({ ...accessPoint, mode: 'tap-to-look' })),
  access: {
    ...config.access,
    places: config.access.places.map((place) => ({ ...place, cameraMode: 'tap-to-look' })),
  },
});

interface Surroundings {
  readonly folder: string;
  readonly findings: Findings;
}

/** What the service would write to its log, in a file that is searched with the others. */
function keepLog(gate: GateUnderTest, folder: string): void {
  const log = (line: { level: string; part: string; says: string }): void =>
    appendFileSync(join(folder, 'gate.log'), `gate: ${line.level}: ${line.part}: ${line.says}\n`);
  for (const line of gate.gate.health.lines) log(line);
  gate.gate.health.onReport(log);
}

async function open(
  name: string,
  parts: GateUnderTestParts,
  { folder, findings }: Surroundings,
): Promise<GateUnderTest> {
  findings.at = name;
  const start = performance.now();
  const gate = await GateUnderTest.open(parts);
  keepLog(gate, folder);
  const failed = gate.gate.health.lines.filter(({ level }) => level === 'failed');
  const told = failed.map(({ part, says }) => `${part}: ${says}`).join('; ');
  const seconds = Math.round(performance.now() - start) / 1_000;
  findings.add(name, {
    ok: failed.length === 0,
    value: seconds,
    unit: 's',
    note: told === '' ? 'doors, storage, models, camera; no part failed' : told,
  });
  return gate;
}

async function firstStart(
  parts: GateUnderTestParts,
  { witness, looking, ...around }: Surroundings & { witness: Witness; looking: ReturnType<Witness['look']> },
): Promise<void> {
  const { folder, findings } = around;
  const demonstration = readDemonstration();
  const gate = await open('start.first_s', parts, around);
  try {
    await findings.part('enrolment', () => showEnrolment(gate, demonstration, findings));
    await findings.part('face', () => showFaceGranted(gate, findings));
    findings.at = 'the witness looks at the scenes';
    const looked = await looking;
    await findings.part('denied', () => showWalkUpDenials(gate, { demonstration, witness, findings }));
    await findings.part('denied_with_intent', () => showDenialsWithIntent(gate, demonstration, findings));
    await showSearchFinds(witness, looked, { folder, findings });
    await showNoTraces('traces.while_running', () => witness.search(folder), findings);
    await showMemory(looked, findings);
    await findings.part('card_and_pin', () => showOtherWays(gate, demonstration, findings));
    await findings.part('leaving', () => showLeaving(gate, demonstration, findings));
    await showJournal(gate, findings);
  } finally {
    findings.at = 'stop of the gate';
    await gate.close();
  }
}

async function showJournal(gate: GateUnderTest, findings: Findings): Promise<void> {
  await findings.show('journal.entries', async () => {
    const entries = await gate.entriesAfter(0);
    const inOrder = entries.every(({ id }, i) => id === i + 1);
    const simulated = entries.every((entry) => entry.simulated);
    return {
      ok: entries.length > 0 && inOrder && simulated,
      value: entries.length,
      unit: 'entries',
      note: entries.map(({ event }) => event.kind).join(', '),
    };
  });
}

/** The people are there again, and the camera stays closed until somebody touches. */
async function secondStart(parts: GateUnderTestParts, around: Surroundings): Promise<void> {
  const { findings } = around;
  const gate = await open('restart.start_s', parts, around);
  try {
    await findings.show('restart.people_with_face', async () => {
      const { people } = gate.gate.terminal.gallery;
      return { ok: people === 1, value: people, limit: 1, unit: 'people', note: 'from the disk, nobody enrolled anew' };
    });
    await findings.show('tap_to_look.camera_closed', async () => {
      gate.show('enrolled');
      const entries = await gate.lastEntry();
      const { cameraOn, screen } = gate.view;
      return {
        ok: !cameraOn && screen.kind === 'idle' && entries > 0,
        value: cameraOn ? 'open' : 'closed',
        limit: 'closed',
        note: 'although the enrolled person stands there',
      };
    });
    await findings.show('tap_to_look.granted', async () => {
      const heard = gate.received.length;
      const { now } = gate;
      gate.command({ kind: 'use-face' });
      const { screen, afterMs } = await gate.outcome(now);
      await gate.until('bytes that unlock', () => gate.received.length > heard);
      await gate.goThrough();
      const { cameraOn } = gate.view;
      return {
        ok: screen.kind === 'granted' && !cameraOn,
        value: screen.kind,
        limit: 'granted',
        note: `${Math.round(afterMs)} ms after the touch; the camera is ${cameraOn ? 'open' : 'closed'} again`,
      };
    });
    await findings.part('pass', () => showPasses(gate, findings));
  } finally {
    findings.at = 'second stop of the gate';
    await gate.close();
  }
}
