import { strengthLines } from '#core/access/credentialStrength.ts';
import type { PassRules } from '#core/access/pass.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { AccessPointId, DoorId } from '#core/kernel/ids.ts';
import type { Camera } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import type { CardReader } from '#core/ports/hardware.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Random } from '#core/ports/random.ts';
import type { SecretMemory } from '#core/ports/secretMemory.ts';
import { LockedMemory, type MemoryLock } from '#platform/lockedMemory.ts';
import { createArgon2PinHasher } from '#storage/argon2PinHasher.ts';
import { createDoorModes } from '#storage/doorModes.ts';
import { createPinTries } from '#storage/pinTries.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openMaster } from '#storage/openMaster.ts';
import { openStorage, type Storage } from '#storage/openStorage.ts';
import { signaturesOf } from '#storage/keys/curveKeys.ts';
import { createReaderKeys } from '#storage/readerKeys.ts';
import { createSpentPasses } from '#storage/spentPasses.ts';
import { BackupCalendar } from '#terminal/backupCalendar.ts';
import type { Barrier } from '#terminal/barrier.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { KeyCalendar } from '#terminal/keyCalendar.ts';
import { loadRoster, type LoadedRoster } from '#terminal/loadedRoster.ts';
import { Recorder } from '#terminal/recorder.ts';
import { Terminal } from '#terminal/terminal.ts';
import { templateFormatOf } from '#vision/engine.ts';
import { withChoices, type ModelSpec, type ModelsFile } from '#vision/models/modelsFile.ts';
import { LastingEngine } from '#vision/node/lastingEngine.ts';
import { startVisionWorker } from '#vision/node/visionWorker.ts';
import { credentialsUsed } from './credentialsUsed.ts';
import { Doors, NO_STORED_MODES, type DoorsParts } from './doors.ts';
import { Hardware } from './hardware.ts';
import { ScreenMirror } from './screenMirror.ts';
import type { SimulatedWorld } from './simulated/world.ts';

export interface GateParts {
  readonly config: TerminalConfig;
  readonly models: ModelsFile;
  /** Where the models' files lie. */
  readonly modelsFolder: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Only in a simulated gate. */
  readonly world?: SimulatedWorld;
}

/** A gate that works: what a host shows, and what a measuring script looks at. */
export interface Gate {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly health: HealthBoard;
  readonly recorder: Recorder;
  readonly mirror: ScreenMirror;
  readonly storage: Storage;
  readonly backups: BackupCalendar;
  readonly engine: FaceEngine;
  readonly doors: ReadonlyMap<DoorId, Barrier>;
  /** OSDP readers, for an installer. */
  readonly readers: Pick<Hardware, 'installedReaders' | 'installReader'>;
  /** Other rules, schedules and timings from now on; everything else of a configuration is read at a start alone. */
  adopt(config: TerminalConfig): void;
  /** People known at the start. */
  readonly people: number;
  stop(): Promise<void>;
}

/**
 * Puts a gate together, doors first: strikes are driven to what fire input and stored door mode demand before any
 * database or model is touched, and leaving is free from then on.
 * @throws Fault of the part that stops the start, with what to do; the doors are in their safe state then.
 */
export async function assemble(parts: GateParts): Promise<Gate> {
  const { config, clock } = parts;
  const health = new HealthBoard();
  const recorder = new Recorder({ clock, health });
  const hardware = await Hardware.open(config, parts.world, clock);
  const shared = { config, clock, health, recorder, hardware };
  const master = await keyOrLockedDoors(shared);
  const modes = createDoorModes({ folder: config.dataFolder, master, report: (line) => health.report(line) });
  const doors = await Doors.start(shared, modes);
  try {
    return await openForPeople({ ...parts, ...shared, doors, master });
  } catch (error) {
    await doors.stop();
    throw error;
  } finally {
    master.fill(0);
  }
}

/** Without the key no stored mode can be read: whatever a dead gate left its strikes at, doors are as without one. */
async function keyOrLockedDoors(parts: DoorsParts): Promise<Uint8Array> {
  try {
    return openKey(parts.config, parts.health);
  } catch (error) {
    await (await Doors.start(parts, NO_STORED_MODES)).stop();
    throw error;
  }
}

function openKey(config: TerminalConfig, health: HealthBoard): Uint8Array {
  const { root, epoch } = config.keys;
  const keyStore = createKeyStore(root);
  const master = openMaster(keyStore, config.dataFolder);
  const protections = { 'key store': keyStore.protection, 'epoch secret': createEpochStore(epoch).protection };
  for (const [part, { kind, worth }] of Object.entries(protections))
    health.report({ part, level: kind === 'tpm' ? 'ok' : 'warning', says: worth });
  return master;
}

type OpenParts = GateParts & DoorsParts & { readonly master: Uint8Array; readonly doors: Doors };

async function openForPeople(parts: OpenParts): Promise<Gate> {
  const { config, models, health, clock, random, recorder, hardware, doors, master } = parts;
  // Side by side: each waits for a thread of its own.
  const [opened, vision, around] = await allOrNone([openPeople(parts), startVision(parts), peripherals(parts)]);
  const { storage, roster } = opened;
  const people = roster.directory.people;
  using unowned = new DisposableStack();
  unowned.use(roster.gallery);
  const { overwritten, says } = vision.freedMemory;
  health.report({ part: 'freed memory', level: overwritten ? 'ok' : 'warning', says });
  const mirror = new ScreenMirror();
  const terminal = new Terminal({
    config,
    clock,
    random,
    health,
    recorder,
    doors: doors.barriers,
    modes: doors.modes,
    ...outlivingRestarts(config.dataFolder, master, health),
    isSignedPass: signedByIssuer(config),
    roster,
    mirror,
    operating: models.operating,
    engine: vision,
    people: storage.people,
    journal: storage.journal,
    receipts: storage.receipts,
    hasher: createArgon2PinHasher(),
    cameras: around.cameras,
    readers: around.readers,
    typedCards: hardware.typedCards,
    ...(config.siren === undefined ? {} : { siren: hardware.strike(config.siren) }),
  });
  unowned.move();
  terminal.start();
  for (const line of strengthLines(credentialsUsed(config))) health.report(line);
  const keyCalendar = new KeyCalendar({
    keys: storage.keys,
    changeAfterMs: config.keys.changeAfterMs,
    clock,
    health,
  });
  keyCalendar.start();
  const backups = new BackupCalendar({
    backups: storage.backups,
    config: config.backup,
    retryEscrow: storage.retryEscrow,
    clock,
    health,
    recorder,
  });
  backups.start();
  const gate = {
    terminal,
    clock,
    health,
    recorder,
    mirror,
    storage,
    backups,
    engine: vision,
    doors: doors.barriers,
    adopt: adoptedBy(doors, hardware, terminal),
    readers: hardware,
    people,
  };
  return { ...gate, stop: () => stopGate(gate, doors, keyCalendar) };
}

type Adopt = Gate['adopt'];
const adoptedBy =
  (...parts: readonly { readonly adopt: Adopt }[]): Adopt =>
  (changed) => {
    for (const part of parts) part.adopt(changed);
  };

/** What must not be forgotten by pulling the plug. */
function outlivingRestarts(folder: string, master: Uint8Array, health: HealthBoard) {
  const options = { folder, master, report: (line: HealthReport): void => health.report(line) };
  return { pinTries: createPinTries(options), spentPasses: createSpentPasses(options) };
}

/** Did any of the issuers that the configuration names sign it? */
function signedByIssuer({ passes }: TerminalConfig): PassRules['isSigned'] {
  const checks = passes.issuers.map((key) => signaturesOf(Buffer.from(key, 'hex')));
  return (content, signature) => checks.some((isSigned) => isSigned(content, signature));
}

/** Memory for templates that is never written to swap; the health page has at any time how much of it that is true of. */
function templateMemory(health: HealthBoard): SecretMemory {
  const memory = new LockedMemory();
  return {
    take: (bytes) => {
      const taken = memory.take(bytes);
      tellLock(health, 'locked templates', memory.state('Templates'));
      return taken;
    },
  };
}

const tellLock = (health: HealthBoard, part: string, { locked, says }: MemoryLock): void =>
  health.report({ part, level: locked ? 'ok' : 'warning', says });

interface OpenPeople {
  readonly storage: Storage;
  readonly roster: LoadedRoster;
  close(): Promise<void>;
}

/** The data folder and everybody in it. What the doors have recorded so far is written first. */
async function openPeople(parts: OpenParts): Promise<OpenPeople> {
  const { config, master, health, recorder, clock } = parts;
  const storage = await openStorage({
    folder: config.dataFolder,
    simulated: config.simulated,
    master,
    root: config.keys.root,
    epoch: config.keys.epoch,
    escrowPlaces: config.keys.escrow,
    report: (line) => health.report(line),
  });
  try {
    recorder.attach(storage.journal);
    tellLock(health, 'locked keys', await storage.keys.memoryLock());
    const { people } = storage;
    const templateFormat = templateFormatOf(modelsOf(parts));
    const roster = await loadRoster({ people, clock, health, templateFormat, memory: templateMemory(health) });
    const close = (): Promise<void> => {
      roster.gallery[Symbol.dispose]();
      return storage.close();
    };
    return { storage, roster, close };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

const modelsOf = ({ config, models }: GateParts): readonly ModelSpec[] =>
  withChoices(models.models, config.biometrics.models);

function startVision(parts: OpenParts): Promise<LastingEngine> {
  const { models, modelsFolder, clock, health } = parts;
  const options = {
    folder: modelsFolder,
    models: modelsOf(parts),
    scoreMin: models.operating.detection.scoreMin,
    clock,
  };
  return LastingEngine.start({ start: () => startVisionWorker(options), clock, health });
}

interface Peripherals {
  readonly cameras: Map<AccessPointId, Camera>;
  readonly readers: Map<AccessPointId, CardReader>;
  close(): Promise<void>;
}

async function peripherals(parts: OpenParts): Promise<Peripherals> {
  const { config, hardware, health, recorder, random, master } = parts;
  const keys = createReaderKeys({ folder: config.dataFolder, master });
  await hardware.openReaders({ keys, random, health, record: (event) => recorder.record(event) });
  const cameras = new Map<AccessPointId, Camera>();
  const readers = new Map<AccessPointId, CardReader>();
  for (const accessPoint of config.accessPoints) {
    const camera = await hardware.camera(accessPoint, health);
    if (camera !== undefined) cameras.set(accessPoint.id, camera);
    readers.set(accessPoint.id, hardware.reader(accessPoint));
  }
  // Nothing of them is open until somebody looks; the hardware closes its lines itself.
  return { cameras, readers, close: () => Promise.resolve() };
}

async function stopGate(gate: Omit<Gate, 'stop'>, doors: Doors, keyCalendar: KeyCalendar): Promise<void> {
  gate.backups.stop();
  await gate.terminal.stop();
  await doors.stop();
  await keyCalendar.stop();
  await Promise.all([gate.engine.close(), gate.storage.close()]);
}

interface Closable {
  close(): Promise<void>;
}

/** Waits for all parts; where one fails the others are closed again, and the first failure is told. */
async function allOrNone<A extends Closable, B extends Closable, C extends Closable>(
  parts: readonly [Promise<A>, Promise<B>, Promise<C>],
): Promise<[A, B, C]> {
  try {
    return await Promise.all(parts);
  } catch (error) {
    for (const part of await Promise.allSettled(parts)) if (part.status === 'fulfilled') await part.value.close();
    throw error;
  }
}
