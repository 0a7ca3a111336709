import type { Directory } from '#core/access/directory.ts';
import { Rulebook } from '#core/access/rulebook.ts';
import type { Gallery } from '#core/biometrics/gallery.ts';
import type { OperatingPoint } from '#core/biometrics/operatingPoint.ts';
import type { AccessPointConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import { assert } from '#core/kernel/assert.ts';
import type { AccessPointId, DoorId } from '#core/kernel/ids.ts';
import type { Camera } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { PassRules } from '#core/access/pass.ts';
import type { CodeReader } from '#core/ports/codeReader.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import type { CardReader, Strike, TypedCards } from '#core/ports/hardware.ts';
import type { PinHasher } from '#core/ports/pinHasher.ts';
import type { Random } from '#core/ports/random.ts';
import type { Mirror } from '#core/ports/screen.ts';
import type { Receipts } from '#core/ports/receipts.ts';
import type { JournalArchive, PeopleStore, PinTriesStore, SpentPassStore } from '#core/ports/stores.ts';
import { AccessPoint } from './accessPoint.ts';
import { ClockGuard } from './clockGuard.ts';
import { ConsentTerms } from './consentTerms.ts';
import { AlarmDesk } from './alarmDesk.ts';
import { AlarmSounder } from './alarmSounder.ts';
import type { Barrier } from './barrier.ts';
import { EnrolmentDesk } from './enrolment.ts';
import type { HealthBoard } from './healthBoard.ts';
import { Identifier } from './identifier.ts';
import { KnownPeople } from './knownPeople.ts';
import { KioskSession } from './kioskSession.ts';
import { KioskSound } from './kioskSound.ts';
import type { LoadedRoster } from './loadedRoster.ts';
import type { ModeDesk } from './modeDesk.ts';
import { PassDesk } from './passDesk.ts';
import { PinDesk } from './pinDesk.ts';
import { Purge } from './purge.ts';
import type { Recorder } from './recorder.ts';
import { RuleKeeper } from './ruleKeeper.ts';
import { SubjectRights } from './subjectRights.ts';

export interface TerminalParts {
  readonly config: TerminalConfig;
  readonly operating: OperatingPoint;
  readonly clock: Clock;
  readonly random: Random;
  readonly health: HealthBoard;
  readonly recorder: Recorder;
  /** Started already: doors work before anything here is there. */
  readonly doors: ReadonlyMap<DoorId, Barrier>;
  /** Which has told them their modes. */
  readonly modes: ModeDesk;
  readonly pinTries: PinTriesStore;
  readonly spentPasses: SpentPassStore;
  readonly isSignedPass: PassRules['isSigned'];
  /** Also reads codes, where passes are a way in. */
  readonly engine: FaceEngine & CodeReader;
  readonly people: PeopleStore;
  readonly journal: JournalArchive;
  readonly receipts: Receipts;
  /** Taken over: its templates are overwritten when the terminal stops. */
  readonly roster: LoadedRoster;
  readonly hasher: PinHasher & { readonly dummyHash: string };
  readonly readers: ReadonlyMap<AccessPointId, CardReader>;
  /** Of the reader that types at the kiosk, where it is one of these. */
  readonly typedCards?: TypedCards | undefined;
  readonly cameras: ReadonlyMap<AccessPointId, Camera>;
  /** Sounds while it is energised; absent where none is fitted. */
  readonly siren?: Strike;
  readonly mirror: Mirror;
}

/** The gate at work: its people in memory, its access points, its screen. */
export class Terminal {
  readonly kiosk: KioskSession;
  readonly enrolment: EnrolmentDesk;
  readonly rights: SubjectRights;
  readonly purge: Purge;
  readonly gallery: Gallery;
  readonly rules: RuleKeeper;
  readonly modes: ModeDesk;
  readonly alarms: AlarmDesk;
  /** Without the roster, of which directory and gallery alone are kept. */
  readonly #parts: Omit<TerminalParts, 'roster'>;
  readonly #terms: ConsentTerms;
  readonly #pins: PinDesk;
  readonly #sounder: AlarmSounder;
  readonly #kioskSound: KioskSound;
  readonly #accessPoints = new Map<AccessPointId, AccessPoint>();
  readonly #wiring: Disposable[] = [];

  constructor({ roster, ...parts }: TerminalParts) {
    this.#parts = parts;
    const { config, operating, engine, people, recorder, random, clock, health } = parts;
    const { directory, gallery, templateFormat } = roster;
    assert(templateFormat === engine.templateFormat, 'the gallery holds what the engine can compare');
    this.gallery = gallery;
    const { rules, alarms, sounder } = rulesOf(parts, directory);
    this.rules = rules;
    this.alarms = alarms;
    this.#sounder = sounder;
    this.modes = parts.modes;
    const onGalleryChanged = (): void => this.peopleChanged();
    const { journal, receipts } = parts;
    const guard = new ClockGuard({ clock, journal, recorder, health });
    this.#terms = new ConsentTerms({ people, gallery, clock, health, recorder, guard, onGalleryChanged });
    const known = new KnownPeople({
      directory,
      gallery,
      terms: this.#terms,
      onChanged: onGalleryChanged,
      onDropped: (gone) => rules.forget(gone),
    });
    const shared = { people, known, guard, recorder, clock, health, retention: config.retention };
    this.rights = new SubjectRights({ ...shared, receipts });
    this.purge = new Purge({ ...shared, journal, terms: this.#terms });
    for (const record of roster.records) this.#terms.add(record);
    const { hasher, pinTries: store } = parts;
    const pins = new PinDesk({ directory, limits: config.pin, clock, health, hasher, store });
    this.#pins = pins;
    const passes = passesOf(parts);
    const identifier = new Identifier({ gallery, operating, fpirMax: config.biometrics.fpirMax });
    for (const accessPoint of config.accessPoints) {
      this.#accessPoints.set(accessPoint.id, this.#accessPoint(accessPoint, { directory, pins, passes, identifier }));
    }
    const shown = config.accessPoints.find(({ id }) => id === config.kiosk.accessPoint);
    assert(shown !== undefined, 'the configuration names an access point for the kiosk');
    this.#kioskSound = this.#soundAt(shown);
    this.kiosk = this.#kioskAt(shown);
    this.enrolment = new EnrolmentDesk({
      engine,
      people,
      recorder,
      clock,
      random,
      operating,
      directory,
      gallery,
      quality: config.biometrics.quality,
      zone: shown.zone,
      onEnrolled: (template) => {
        this.#terms.add(template);
        this.peopleChanged();
      },
    });
  }

  start(): void {
    const { recorder, doors, config } = this.#parts;
    recorder.record({ kind: 'terminal-started' });
    this.modes.start(doors);
    this.rules.start();
    this.#sounder.start();
    this.alarms.start();
    this.#kioskSound.start();
    // Behind the alarms, so that a screen is never shown a door without what is said of it.
    for (const door of doors.values()) this.#wiring.push(door.onChange(() => this.kiosk.refresh()));
    for (const [id, accessPoint] of this.#accessPoints)
      accessPoint.start(id === config.kiosk.accessPoint ? this.kiosk : undefined);
    this.#terms.sweep();
    this.purge.start();
    this.kiosk.refresh();
  }

  accessPoint(id: AccessPointId): AccessPoint {
    const accessPoint = this.#accessPoints.get(id);
    assert(accessPoint !== undefined, `an access point ${id} is configured`);
    return accessPoint;
  }

  /** More or fewer people are enrolled than before. */
  peopleChanged(): void {
    for (const accessPoint of this.#accessPoints.values()) accessPoint.peopleChanged();
    this.kiosk.refresh();
  }

  /** Other rules are in force from now on, for whoever comes next. */
  adopt(config: TerminalConfig): void {
    const book = new Rulebook(config);
    this.#pins.adopt(config.pin);
    this.#sounder.adopt(book.alarms.sounds);
    this.alarms.adopt(book.alarms.raised);
    this.#kioskSound.adopt(config);
    // Before the modes: a place whose first person is awaited is not held open in between.
    this.rules.adopt(book);
    this.modes.adopt(book);
    for (const accessPoint of this.#accessPoints.values()) accessPoint.rulesChanged();
    this.kiosk.refresh();
  }

  /** Looks at nobody any more and forgets everybody. Doors go on until they are stopped themselves. */
  async stop(): Promise<void> {
    for (const wire of this.#wiring.splice(0)) wire[Symbol.dispose]();
    this.kiosk.stop();
    this.rules.stop();
    this.alarms.stop();
    this.#kioskSound.stop();
    this.modes.stop();
    const accessPoints = [...this.#accessPoints.values()].map((accessPoint) => accessPoint.stop());
    this.rights[Symbol.dispose]();
    await Promise.all([...accessPoints, this.#sounder.stop(), this.#terms.stop(), this.purge.stop()]);
    this.gallery[Symbol.dispose]();
    this.#parts.recorder.record({ kind: 'terminal-stopped' });
  }

  #accessPoint(
    config: AccessPointConfig,
    shared: { directory: Directory; pins: PinDesk; passes: PassDesk; identifier: Identifier },
  ): AccessPoint {
    const { doors, readers, cameras, engine, clock, health, recorder, mirror, config: whole } = this.#parts;
    const barrier = doors.get(config.door);
    const reader = readers.get(config.id);
    assert(barrier !== undefined && reader !== undefined, 'every access point has a door and a reader');
    const camera = cameras.get(config.id);
    const mirrored = whole.kiosk.preview === 'mirror' && whole.kiosk.accessPoint === config.id;
    return new AccessPoint({
      config,
      biometrics: whole.biometrics,
      barrier,
      reader,
      rules: this.rules,
      alarms: this.alarms,
      engine,
      clock,
      health,
      recorder,
      ...shared,
      ...(camera === undefined ? {} : { camera }),
      ...(mirrored ? { mirror } : {}),
      ...(whole.passes.issuers.length === 0 ? {} : { codes: engine }),
    });
  }

  #soundAt({ door }: AccessPointConfig): KioskSound {
    const { config, clock, doors } = this.#parts;
    const barrier = doors.get(door);
    assert(barrier !== undefined, 'every access point has a door');
    return new KioskSound({ config, barrier, alarms: this.alarms, clock, onChange: () => this.kiosk.refresh() });
  }

  #kioskAt(shown: AccessPointConfig): KioskSession {
    const { config, clock, doors, typedCards } = this.#parts;
    const accessPoint = this.accessPoint(shown.id);
    const door = doors.get(shown.door);
    assert(door !== undefined, 'every access point has a door');
    return new KioskSession({
      config: config.kiosk,
      clock,
      typedCards,
      wishes: {
        useFace: () => accessPoint.useFace(),
        showPass: () => accessPoint.showPass(),
        cancelFace: () => accessPoint.cancel(),
        pauseFace: (paused) => accessPoint.pauseFace(paused),
        tryPin: (personalNumber, pin) => void accessPoint.presentPin(personalNumber, pin),
      },
      surroundings: {
        simulated: config.simulated,
        accessPoint: shown.name,
        handler: config.handler,
        faceWay: () => accessPoint.faceWay,
        takesPasses: () => accessPoint.takesPasses,
        doorTold: () => door.told,
        sound: () => this.#kioskSound.now,
      },
    });
  }
}

function rulesOf(
  parts: Omit<TerminalParts, 'roster'>,
  directory: Directory,
): {
  rules: RuleKeeper;
  alarms: AlarmDesk;
  sounder: AlarmSounder;
} {
  const { config, clock, recorder, health, doors: barriers, modes, readers, siren, journal } = parts;
  const book = new Rulebook(config);
  const rules: RuleKeeper = new RuleKeeper({
    book,
    clock,
    recorder,
    barriers,
    journal,
    directory,
    health,
    onFirstPerson: (door) => modes.firstPerson(door, rules.firstPersonOf(door)),
  });
  const { raised, sounds } = book.alarms;
  const sounder = new AlarmSounder({ sounds, siren, accessPoints: config.accessPoints, readers, clock, health });
  const alarms = new AlarmDesk({ raised, barriers, clock, recorder, health, sounder });
  return { rules, alarms, sounder };
}

function passesOf({ config, isSignedPass, spentPasses, clock, health }: Omit<TerminalParts, 'roster'>): PassDesk {
  const rules: PassRules = { isSigned: isSignedPass, longestMs: config.passes.longestMs };
  return new PassDesk({ rules, store: spentPasses, clock, health });
}
