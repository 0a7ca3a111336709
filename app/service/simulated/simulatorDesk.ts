import type { AccessPointConfig, DoorConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import type { RecordedEntry } from '#core/journal/entry.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { DoorInput, LinkState } from '#core/ports/hardware.ts';
import { EMPTY_SCENE } from '#drivers/camera/simulatedCamera.ts';
import type { SimulatedReader } from '#drivers/reader/simulatedReader.ts';
import type { LcusReceived } from '#drivers/relay/lcusEmulator.ts';
import type { SimulatorCommand, SimulatorView } from '#contract/simulator.ts';
import { messageOf } from '#core/kernel/fault.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { Gate } from '../assemble.ts';
import { DEMONSTRATION_CARD_FORMAT, type Demonstration } from './demonstration.ts';
import { HELD_UP, type HeldPasses, type HeldUp } from './heldPasses.ts';
import { SimulatedBarriers } from './simulatedBarriers.ts';
import type { SimulatedWorld } from './world.ts';

const JOURNAL_LINES = 20;
const ENTRIES_READ_MAX = 500;
const RELAY_LINES = 12;
const LINE_LENGTH_MAX = 160;

export interface SimulatorDeskParts {
  readonly gate: Gate;
  readonly world: SimulatedWorld;
  readonly demonstration: Demonstration;
  readonly passes: HeldPasses;
  readonly config: TerminalConfig;
  /** Behind the kiosk's access point. */
  readonly door: SimulatedDoor;
  readonly accessPoint: AccessPointConfig;
}

/** A door, or the way of a turnstile. */
export type SimulatedDoor = Pick<DoorConfig, 'id' | 'board' | 'channel' | 'inputs'>;

/** The simulator page's side of a simulated gate: it moves the world and shows it, and reaches nothing else. */
export class SimulatorDesk implements Disposable {
  readonly #parts: SimulatorDeskParts;
  readonly #listeners = new Listeners<[view: SimulatorView]>();
  readonly #wiring: Disposable[];
  readonly #barriers: SimulatedBarriers;
  #relayBytes: readonly string[] = [];
  #journal: readonly string[] = [];
  #nextEntry = 1 as JournalId;
  #reading = false;
  #unread = false;

  constructor(parts: SimulatorDeskParts) {
    this.#parts = parts;
    const { gate, world, door } = parts;
    this.#barriers = new SimulatedBarriers(parts);
    this.#wiring = [gate.health.onReport(() => this.#changed())];
    for (const barrier of gate.doors.values()) this.#wiring.push(barrier.onChange(() => this.#changed()));
    for (const { id } of parts.config.boards) {
      // Of the board that most gates have alone, nobody needs the name.
      const of = id === door.board ? '' : ` of ${id}`;
      const heard = world.emulator(id)?.onReceived((received) => this.#onReceived(received, of));
      if (heard !== undefined) this.#wiring.push(heard);
    }
    this.#wiring.push(gate.terminal.kiosk.subscribe(() => this.#changed()));
  }

  subscribe(onView: (view: SimulatorView) => void): Disposable {
    const own = this.#listeners.add(onView);
    onView(this.view);
    void this.#readJournal();
    return own;
  }

  command(command: SimulatorCommand): void {
    switch (command.kind) {
      case 'choose-scene':
        this.#choose(command.scene);
        break;
      case 'show-card':
        this.#showCard(command.card, command.accessPoint);
        break;
      case 'press-keys':
        this.#readerAt(command.accessPoint)?.press(command.keys);
        break;
      case 'set-input':
        this.#barriers.setInput(command);
        break;
      case 'press-rex':
        this.#setInput('rex', true);
        this.#setInput('rex', false);
        break;
      case 'set-contact':
        this.#setInput('contact', command.contact === 'open');
        break;
      case 'set-fire':
        this.#setInput('fire', command.active);
        break;
      case 'set-line':
        this.#setLine(command.line);
    }
    this.#changed();
  }

  #choose(scene: string): void {
    const { world, accessPoint, gate } = this.#parts;
    const held = HELD_UP.find(({ id }) => id === scene);
    if (held === undefined) {
      if (this.#scenes().some(({ id }) => id === scene)) world.camera(accessPoint.id)?.show(scene);
      return;
    }
    this.#holdUp(held.id).then(
      () => this.#changed(),
      (error: unknown) => gate.health.report({ part: 'simulated pass', level: 'failed', says: messageOf(error) }),
    );
  }

  /** A new pass each time, of the first of the made-up people. */
  async #holdUp(what: HeldUp): Promise<void> {
    const { gate, world, accessPoint, passes, demonstration } = this.#parts;
    const camera = world.camera(accessPoint.id);
    const { cardholders } = await gate.storage.people.load();
    const holder = cardholders.find(({ name }) => name === demonstration.people[0]?.name);
    if (camera === undefined || holder === undefined) return;
    camera.put({ id: what, picture: await passes.picture(what, holder.pseudonym, gate.clock.wall()) });
    camera.show(what);
  }

  /** What is not wired does not move. */
  #setInput(input: DoorInput, active: boolean): void {
    const inputs = this.#parts.world.inputs(this.#parts.door);
    if (inputs.fitted.has(input)) inputs.set(input, active);
  }

  #setLine(line: LinkState): void {
    const { world, door, gate } = this.#parts;
    const emulator = world.emulator(door.board);
    const moved = line === 'down' ? emulator?.cut() : emulator?.mend();
    moved?.then(
      () => this.#changed(),
      (error: unknown) => gate.health.report({ part: 'simulated line', level: 'failed', says: messageOf(error) }),
    );
  }

  get view(): SimulatorView {
    const { world, door, accessPoint, demonstration, gate } = this.#parts;
    const emulator = world.emulator(door.board);
    const inputs = world.inputs(door);
    return {
      version: 1,
      scenes: this.#scenes(),
      scene: world.camera(accessPoint.id)?.scene ?? '',
      cards: this.#cards().map(({ id, label }) => ({ id, label })),
      pins: demonstration.people.map(({ card, personalNumber, pin }) => ({ label: card.label, personalNumber, pin })),
      ...(emulator === undefined ? {} : { relay: emulator.level(door.channel), line: emulator.link }),
      relayBytes: [...this.#relayBytes],
      contact: inputs.read('contact') ? 'open' : 'closed',
      fire: inputs.read('fire'),
      door: gate.terminal.kiosk.view.door,
      barriers: this.#barriers.view,
      journal: [...this.#journal],
      health: gate.health.lines.map((line) => ({ ...line })),
    };
  }

  [Symbol.dispose](): void {
    for (const wire of this.#wiring) wire[Symbol.dispose]();
    this.#listeners.clear();
  }

  #scenes(): { id: string; label: string }[] {
    const { demonstration, world, accessPoint } = this.#parts;
    if (world.camera(accessPoint.id) === undefined) return [];
    const { scenes } = demonstration;
    const heldUp = HELD_UP.map(({ id, label }) => ({ id, label }));
    return [{ id: EMPTY_SCENE, label: 'Nobody' }, ...scenes.map(({ id, label }) => ({ id, label })), ...heldUp];
  }

  #cards(): readonly { id: string; label: string; number: string }[] {
    const { people, unknownCards } = this.#parts.demonstration;
    return [...people.map(({ card }) => card), ...unknownCards];
  }

  #showCard(id: string, accessPoint: string = this.#parts.accessPoint.id): void {
    const card = this.#cards().find((known) => known.id === id);
    if (card === undefined) return;
    this.#readerAt(accessPoint)?.show({ format: DEMONSTRATION_CARD_FORMAT, number: card.number });
  }

  /** Undefined where there is no such access point, or its reader is not simulated. */
  #readerAt(name: string): SimulatedReader | undefined {
    const { world, config } = this.#parts;
    const found = config.accessPoints.find(({ id, reader }) => id === name && reader.driver === 'simulated');
    return found && world.reader(found.id);
  }

  #onReceived({ channel, level, bytes }: LcusReceived, of: string): void {
    this.#relayBytes = [`${bytes}  channel ${channel}${of} ${level}`, ...this.#relayBytes].slice(0, RELAY_LINES);
    this.#changed();
  }

  #changed(): void {
    if (this.#listeners.size === 0) return;
    this.#listeners.tell(this.view);
    void this.#readJournal();
  }

  /** One reading at a time; what changed meanwhile is read right after. */
  async #readJournal(): Promise<void> {
    this.#unread = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#unread && this.#listeners.size > 0) {
        this.#unread = false;
        await this.#readOn();
      }
    } catch {
      // The journal reports its own faults; the page shows them as health lines.
    } finally {
      this.#reading = false;
    }
  }

  async #readOn(): Promise<void> {
    const entries = await this.#parts.gate.storage.journal.read(this.#nextEntry, ENTRIES_READ_MAX);
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#nextEntry = (last.id + 1) as JournalId;
    this.#journal = [...entries.map(lineOf).toReversed(), ...this.#journal].slice(0, JOURNAL_LINES);
    this.#listeners.tell(this.view);
  }
}

/** An entry as a line, without the person it is about. */
function lineOf({ id, at, event, subject }: RecordedEntry): string {
  const { kind, ...about } = event;
  const details = Object.values(about).flat().join(' ');
  const whose = subject === undefined ? '' : ' (subject sealed)';
  return `${id}  ${new Date(at).toISOString().slice(11, 19)}  ${kind}  ${details}${whose}`.slice(0, LINE_LENGTH_MAX);
}
