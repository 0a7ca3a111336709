import type { ReaderId } from '#core/kernel/ids.ts';
import { monotonic } from '#core/kernel/units.ts';
import { BaseKey } from '#drivers/reader/osdp/baseKey.ts';
import type { Command } from '#drivers/reader/osdp/commands.ts';
import { EmulatedReader, type EmulatedReaderSettings } from '#drivers/reader/osdp/emulatedReader.ts';
import { FrameParser, type Frame } from '#drivers/reader/osdp/frames.ts';
import { OsdpPanel, type PanelInput } from '#drivers/reader/osdp/panel.ts';
import type { Reader, ReaderEvent } from '#drivers/reader/osdp/reader.ts';
import { FakeClock } from '../../../fakes/fakeClock.ts';

export const KEY = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i);
export const BITS = { bytes: Uint8Array.of(0x02, 0xa3, 0xc5, 0xc0), count: 26 };

export interface Told {
  readonly at: number;
  readonly reader: string;
  readonly event: ReaderEvent;
}

export interface Sent {
  readonly at: number;
  readonly from: 'panel' | 'reader';
  readonly frame: Frame;
  readonly bytes: Uint8Array;
}

export interface WireSettings {
  readonly readers: readonly (Partial<EmulatedReaderSettings> & {
    readonly name: string;
    /** What the vault has; the reader's own key where nothing is said. */
    readonly known?: readonly Uint8Array[];
    /** Nobody is there. */
    readonly absent?: boolean;
  })[];
  readonly baudRate?: number;
  readonly asksStatus?: boolean;
}

/** How long a reader thinks. */
const THINKING_MS = 3;

/** A panel and its readers on one line on which every byte takes its time; the clock is moved by hand. */
export class Wire {
  readonly clock = new FakeClock();
  readonly panel: OsdpPanel;
  readonly readers = new Map<string, EmulatedReader>();
  readonly told: Told[] = [];
  readonly sent: Sent[] = [];
  /** What becomes of a frame on its way; an empty array loses it. */
  change: (bytes: Uint8Array, from: 'panel' | 'reader') => Uint8Array = (bytes) => bytes;
  /** Keys that the panel wants kept, as hex. */
  readonly kept: string[][] = [];
  vaultIsBroken = false;
  readonly #baudRate: number;
  #timer: Disposable | undefined;
  #randoms = 0;
  #tickets = 0;

  constructor({ readers, baudRate = 9_600, asksStatus = false }: WireSettings) {
    this.#baudRate = baudRate;
    const settings = readers.map(({ name, known, absent = false, ...rest }, place) => {
      const emulated = { key: KEY, address: place, ...rest };
      if (!absent) this.readers.set(name, new EmulatedReader(emulated));
      const keys = (known ?? [emulated.key]).map((key) => BaseKey.of(key));
      return { id: name as ReaderId, address: emulated.address, asksStatus, keys };
    });
    const random = { hex: (bytes: number) => (++this.#randoms).toString(16).padStart(bytes * 2, '0') };
    this.panel = new OsdpPanel({ baudRate, readers: settings, random }, this.clock.monotonic());
    this.step({ kind: 'line', up: true, why: 'it is there' });
  }

  get now(): number {
    return this.clock.monotonic();
  }

  reader(name: string): EmulatedReader {
    return this.readers.get(name)!;
  }

  /** The panel's idea of a reader. */
  known(name: string): Reader {
    return this.panel.reader(name as ReaderId);
  }

  events<Kind extends ReaderEvent['kind']>(kind: Kind, name?: string): Extract<ReaderEvent, { kind: Kind }>[] {
    return this.told
      .filter(({ reader, event }) => event.kind === kind && (name === undefined || name === reader))
      .map(({ event }) => event as Extract<ReaderEvent, { kind: Kind }>);
  }

  links(name?: string): string[] {
    return this.events('link', name).map(({ link }) => link);
  }

  alarms(name?: string): string[] {
    return this.events('alarm', name).map(({ alarm }) => alarm);
  }

  advance(ms: number): void {
    this.clock.advance(ms);
  }

  command(name: string, command: Command): number {
    const ticket = ++this.#tickets;
    this.step({ kind: 'command', reader: name as ReaderId, command, ticket });
    return ticket;
  }

  install(name: string, options: { newKey?: Uint8Array; present?: Uint8Array; forMs?: number } = {}): void {
    const newKey = BaseKey.of(options.newKey ?? Uint8Array.from({ length: 16 }, (_, i) => 0x50 + i));
    const present = options.present && BaseKey.of(options.present);
    const order = { newKey, present, forMs: options.forMs as never };
    this.step({ kind: 'install', reader: name as ReaderId, order });
  }

  /** Bytes that nobody of the two sent. */
  inject(bytes: Uint8Array): void {
    this.step({ kind: 'bytes', bytes });
  }

  step(input: PanelInput): void {
    const { send, events, wakeAt } = this.panel.step(input, this.clock.monotonic());
    for (const { reader, event } of events) {
      this.told.push({ at: this.now, reader, event });
      if (event.kind === 'keep-keys') this.#keep(reader, event);
    }
    if (send !== undefined) this.#toReaders(send);
    this.#timer?.[Symbol.dispose]();
    this.#timer = wakeAt === undefined ? undefined : this.clock.at(wakeAt, () => this.step({ kind: 'time' }));
  }

  #keep(reader: ReaderId, { keys, answers }: Extract<ReaderEvent, { kind: 'keep-keys' }>): void {
    const kept = !this.vaultIsBroken;
    if (kept) this.kept.push(keys.map((key) => key.with((bytes) => Buffer.from(bytes).toString('hex'))));
    if (answers) this.clock.at(monotonic(this.now + 5), () => this.step({ kind: 'keys-kept', reader, kept }));
  }

  #after(characters: number, thinking: number, act: () => void): void {
    this.clock.at(monotonic(this.now + (characters * 10_000) / this.#baudRate + thinking), act);
  }

  #toReaders(bytes: Uint8Array): void {
    this.#note(bytes, 'panel');
    const changed = this.change(bytes, 'panel');
    this.#after(bytes.length, 0, () => {
      for (const frame of new FrameParser().feed(changed)) {
        for (const reader of this.readers.values()) {
          const answer = reader.take(frame, this.clock.monotonic());
          if (answer !== undefined) this.#toPanel(answer);
        }
      }
    });
  }

  #toPanel(bytes: Uint8Array): void {
    this.#note(bytes, 'reader');
    const changed = this.change(bytes, 'reader');
    this.#after(bytes.length, THINKING_MS, () => {
      if (changed.length > 0) this.step({ kind: 'bytes', bytes: changed });
    });
  }

  #note(bytes: Uint8Array, from: Sent['from']): void {
    const [frame] = new FrameParser().feed(bytes);
    this.sent.push({ at: this.now, from, frame: frame!, bytes: Uint8Array.from(bytes) });
  }
}
