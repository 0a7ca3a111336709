import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCard, H10301 } from '#core/access/cardFormat.ts';
import { assert } from '#core/kernel/assert.ts';
import type { CredentialId, Pseudonym, ReaderId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { POLL_MS } from '#drivers/reader/osdp/reader.ts';
import { assemble, type Gate } from '#service/assemble.ts';
import { programFolders, readConfig, readModels } from '#service/readConfig.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { createReaderKeys } from '#storage/readerKeys.ts';
import type { Result } from '../report.ts';
import { ROOT } from './benchFolder.ts';
import { judgedByWire, type OsdpParts } from './osdp.ts';
import { BENCH_CARD, BENCH_KEY } from './osdpReaders.ts';
import { ReadersProcess } from './readersProcess.ts';

const READER = 'reader' as ReaderId;
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
/** First decisions, before everything is compiled; not counted. */
const WARM_UP = 3;
const UNLOCK_MS = 200;

const configOf = ({ board, osdp }: { board: string; osdp: string }): string => `terminal: bench-gate
handler: { name: Lintel bench, contact: bench@lintel.example }
data: data
key: data.key
kiosk: { access-point: entrance }
boards: [{ id: board, driver: lcus, path: ${board}, channels: 1 }]
osdp: [{ id: line, path: ${osdp}, readers: [{ id: ${READER}, address: 0, formats: [H10301] }] }]
doors: [{ id: front, lock: fail-secure, board: board, channel: 1, unlock-ms: ${UNLOCK_MS} }]
access-points: [{ id: entrance, name: Entrance, door: front, mode: no-face, reader: ${READER} }]
`;

/** From a card that is held before a reader to the relay's bytes, through a whole gate: decision and journal as well. */
export async function measureCardToRelay({ clock, effort, quiet }: OsdpParts): Promise<Result[]> {
  await using readers = await ReadersProcess.start({ lines: 1, readersALine: 1 });
  const gate = await gateOn(readers, clock);
  try {
    await enrolCard(gate, clock);
    while (gate.readers.installedReaders[0]?.link !== 'up') await pause(POLL_MS);
    const took: number[] = [];
    for (let i = -WARM_UP; i < effort.presentations; i++) {
      const energised = readers.heard('energised');
      const shown = readers.heard('shown');
      readers.tell({ kind: 'card', line: 0, reader: 0 });
      const [{ at }, { at: drivenAt }] = await Promise.all([shown, energised]);
      if (i >= 0) took.push(Number(BigInt(drivenAt) - BigInt(at)) / 1e6);
      // Until the pulse is over, and to any moment of a poll period.
      await pause(2 * UNLOCK_MS + ((i * 37) % (2 * POLL_MS)));
    }
    return judgedByWire(took, quiet, { name: 'osdp.card_to_relay_p95', note: 'from the card to the relay bytes' });
  } finally {
    await gate.stop();
  }
}

/** The reader's key lies in the vault, as an earlier installation left it. */
async function gateOn(readers: ReadersProcess, clock: OsdpParts['clock']): Promise<Gate> {
  const { folder, paths, board } = readers;
  const [osdp = ''] = paths;
  const file = join(folder, 'gate.yaml');
  writeFileSync(file, configOf({ board, osdp }));
  const folders = programFolders(ROOT);
  const models = readModels(folders.models);
  const config = readConfig({ file, simulated: true, folder }, models);
  const store = createFileKeyStore(config.keys.root.path);
  store.create();
  const master = store.open();
  using keys = createReaderKeys({ folder: config.dataFolder, master });
  master.fill(0);
  await keys.put(READER, [BENCH_KEY]);
  return await assemble({ config, models, modelsFolder: folders.models, clock, random: new SystemRandom() });
}

async function enrolCard({ terminal }: Gate, clock: OsdpParts['clock']): Promise<void> {
  const { bytes, count } = BENCH_CARD;
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const decoded = decodeCard(bits.slice(0, count), [H10301]);
  assert(decoded.kind === 'read', 'the card that the readers show is one');
  const random = new SystemRandom();
  const pseudonym = random.hex(16) as Pseudonym;
  const validity = { from: clock.wall(), until: wallTime(clock.wall() + YEAR_MS) };
  const base = { pseudonym, state: 'active', validity } as const;
  const outcome = await terminal.enrolment.enrol({ ...base, name: 'Made up', relation: 'staff', accessPoints: 'all' }, [
    { ...base, kind: 'card', ...decoded.card, id: random.hex(16) as CredentialId },
  ]);
  assert(outcome.kind === 'enrolled', 'nobody else is there');
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
