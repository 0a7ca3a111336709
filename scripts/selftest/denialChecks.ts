import type { Demonstration } from '#service/simulated/demonstration.ts';
import { EMPTY_SCENE } from '#drivers/camera/simulatedCamera.ts';
import type { Findings } from './findings.ts';
import type { GateUnderTest } from './gateUnderTest.ts';
import type { FileSeen } from '../traces/searchFolder.ts';
import type { Witness } from './witnessLink.ts';

/** Frames of an empty place that are looked at. */
const EMPTY_FRAMES = 5;

const nameOf = (scene: string): string => scene.replaceAll('-', '_');
const nobodies = ({ scenes }: Demonstration): string[] =>
  scenes.map(({ id }) => id).filter((id) => id.startsWith('not-enrolled'));

/** People who are not enrolled and ask for nothing, and an empty place: no byte, no entry, no change of any file. */
export async function showWalkUpDenials(
  gate: GateUnderTest,
  parts: { demonstration: Demonstration; witness: Witness; findings: Findings },
): Promise<void> {
  const { demonstration, witness, findings } = parts;
  const filesBefore = await ownFiles(gate, witness);
  for (const scene of nobodies(demonstration))
    await findings.show(`denied.${nameOf(scene)}`, () => passBy(gate, scene));
  await findings.show('denied.empty', () => standEmpty(gate));
  await findings.show('denied.files_changed', async () => {
    const filesAfter = await ownFiles(gate, witness);
    const changed = [...new Set([...filesBefore.keys(), ...filesAfter.keys()])].filter(
      (path) => filesBefore.get(path) !== filesAfter.get(path),
    );
    return {
      ok: changed.length === 0 && filesBefore.size > 0,
      value: changed.length,
      limit: 0,
      unit: 'files',
      note: `of ${filesAfter.size} files of the data folder, byte for byte, while nobody was let in${changed.length > 0 ? `: ${changed.join(', ')}` : ''}`,
    };
  });
}

async function passBy(gate: GateUnderTest, scene: string) {
  await gate.leave();
  const before = { heard: gate.received.length, entry: await gate.lastEntry(), at: gate.now };
  gate.show(scene);
  const { screen } = await gate.outcome(before.at);
  gate.clear();
  return nothingOf(gate, before, { ok: screen.kind === 'denied', value: screen.kind });
}

async function standEmpty(gate: GateUnderTest) {
  await gate.leave();
  const before = { heard: gate.received.length, entry: await gate.lastEntry() };
  const views = gate.views;
  gate.show(EMPTY_SCENE);
  await gate.until('frames of an empty place', () => gate.views >= views + EMPTY_FRAMES);
  return nothingOf(gate, before, { ok: gate.view.screen.kind === 'idle', value: 'nobody' });
}

async function nothingOf(
  gate: GateUnderTest,
  before: { heard: number; entry: number },
  seen: { ok: boolean; value: string },
) {
  const bytes = gate.received.length - before.heard;
  const entries = (await gate.entriesAfter(before.entry)).length;
  return {
    ...seen,
    ok: seen.ok && bytes === 0 && entries === 0,
    note: `relay commands: ${bytes}; journal entries: ${entries}`,
  };
}

/** The same people, who touched "use face" first: an entry with place, time and reason, and nothing else. */
export async function showDenialsWithIntent(
  gate: GateUnderTest,
  demonstration: Demonstration,
  findings: Findings,
): Promise<void> {
  for (const scene of nobodies(demonstration)) {
    await findings.show(`denied_with_intent.${nameOf(scene)}`, async () => {
      await gate.vacate();
      const before = { heard: gate.received.length, entry: await gate.lastEntry(), at: gate.now };
      gate.command({ kind: 'use-face' });
      gate.show(scene);
      const { screen } = await gate.outcome(before.at);
      const entries = await gate.entriesAfter(before.entry);
      const [entry] = entries;
      const { id: _id, at: _at, simulated: _simulated, ...about } = entry ?? { event: undefined };
      const only = JSON.stringify(about);
      const reason = entry?.event.kind === 'access-denied' ? entry.event.reason : null;
      const allowed = JSON.stringify({
        event: { kind: 'access-denied', accessPoint: gate.config.kiosk.accessPoint, reason },
      });
      const nothingElse = entries.length === 1 && only === allowed && gate.received.length === before.heard;
      return {
        ok: screen.kind === 'denied' && reason === 'not-recognised' && nothingElse,
        value: reason,
        limit: 'not-recognised',
        note: `entry ${entry?.id}, besides its time: ${only}`,
      };
    });
  }
  gate.clear();
}

/** Files of the data folder with their hashes, as another process reads them. */
async function ownFiles(gate: GateUnderTest, witness: Witness): Promise<Map<string, string>> {
  const { files } = await witness.search(gate.config.dataFolder);
  return new Map(files.map(({ path, sha256 }: FileSeen) => [path, sha256]));
}
