import type { OsdpLineConfig, SerialReaderConfig } from '#core/config/hardwareConfig.ts';
import type { AccessPointConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { AccessPointId, ReaderId } from '#core/kernel/ids.ts';
import type { Millis } from '#core/kernel/units.ts';
import type { JournalEvent } from '#core/journal/entry.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CardReader, TypedCards } from '#core/ports/hardware.ts';
import type { Health } from '#core/ports/health.ts';
import type { Random } from '#core/ports/random.ts';
import type { ReaderKeys } from '#core/ports/readerKeys.ts';
import { KeyboardReader } from '#drivers/reader/keyboardReader.ts';
import { openRdm6300, openWiegandBridge, type ListeningReader } from '#drivers/reader/listeningReader.ts';
import { OsdpCardReader } from '#drivers/reader/osdp/osdpCardReader.ts';
import { OsdpLine, type ReaderState } from '#drivers/reader/osdp/osdpLine.ts';
import { openPn532 } from '#drivers/reader/pn532.ts';
import { ToldCards } from '#drivers/reader/toldCards.ts';
import type { DoorWires } from './doorWires.ts';
import { OsdpWatch } from './osdpWatch.ts';
import { FittingsWatch, fittingsAsked } from './readerFittings.ts';

export interface ReadersParts {
  readonly config: TerminalConfig;
  /** Theirs from now on. */
  readonly keys: ReaderKeys & Disposable;
  readonly clock: Clock;
  readonly random: Random;
  readonly wires: DoorWires;
  readonly health: Health;
  readonly record: (event: JournalEvent) => void;
}

/** An OSDP reader as an installer sees it. */
export interface InstalledReader extends ReaderState {
  readonly id: ReaderId;
  readonly address: number;
  readonly line: string;
}

/** The readers of all access points, each on its line. A line that is down is tried again; it stops nothing. */
export class Readers {
  readonly #parts: ReadersParts;
  readonly #lines = new Map<string, OsdpLine>();
  readonly #readers = new Map<ReaderId, CardReader>();
  readonly #fittings: FittingsWatch[] = [];
  #typedCards: TypedCards | undefined;
  /** The rules of it may change while the gate works. */
  #rules: TerminalConfig;
  readonly #closing: (() => Promise<void> | void)[] = [];

  private constructor(parts: ReadersParts) {
    this.#parts = parts;
    this.#rules = parts.config;
  }

  /** Resolves when every port was opened, or could not be. */
  static async open(parts: ReadersParts): Promise<Readers> {
    const readers = new Readers(parts);
    const { osdpLines, serialReaders } = parts.config;
    await Promise.all([
      ...osdpLines.map((line) => readers.#openLine(line)),
      ...serialReaders.map((reader) => readers.#openSerial(reader)),
    ]);
    readers.#tellLinks();
    readers.#addKeyboard();
    return readers;
  }

  /** Undefined for a name that is not configured. */
  reader(name: ReaderId): CardReader | undefined {
    return this.#readers.get(name);
  }

  /** Of the reader that types at the kiosk; undefined where there is none. */
  get typedCards(): TypedCards | undefined {
    return this.#typedCards;
  }

  get installed(): readonly InstalledReader[] {
    return this.#parts.config.osdpLines.flatMap(({ id: line, readers }) =>
      readers.flatMap(({ id, address }) => {
        const state = this.#lines.get(line)?.state(id);
        return state === undefined ? [] : [{ id, address, line, ...state }];
      }),
    );
  }

  /**
   * Gives one OSDP reader a new random key, by order of an installer who has read `CABLE_WARNING`. Resolves when the reader
   * has proved it.
   * @throws Fault `reader` with what went wrong, or for a name that no OSDP reader has.
   */
  async install(reader: ReaderId, forMs: Millis): Promise<void> {
    const { osdpLines } = this.#parts.config;
    const found = osdpLines.find(({ readers }) => readers.some(({ id }) => id === reader));
    const line = found === undefined ? undefined : this.#lines.get(found.id);
    if (line !== undefined) return line.install(reader, { forMs });
    const known = osdpLines.flatMap(({ readers }) => readers.map(({ id }) => id));
    const expected =
      found === undefined ? `one of ${known.join(', ') || 'none that is configured'}` : 'a line that opened';
    throw new Fault('reader', { thing: 'OSDP reader', found: `"${reader}"`, expected });
  }

  /** Other rules ask other things of readers. */
  adopt(config: TerminalConfig): void {
    this.#rules = config;
    for (const fittings of this.#fittings) fittings.look();
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0)) await close();
    this.#parts.keys[Symbol.dispose]();
  }

  async #openLine(config: OsdpLineConfig): Promise<void> {
    const { keys, clock, random, wires, health, record } = this.#parts;
    const { id, path, baudRate } = config;
    const part = `OSDP line ${id}`;
    try {
      const settings = config.readers.map((reader) => ({ id: reader.id, address: reader.address }));
      const line = await OsdpLine.open({ path, baudRate, readers: settings, keys, clock, random });
      this.#lines.set(id, line);
      const { fault } = line;
      health.report({ part, level: fault === undefined ? 'ok' : 'failed', says: fault?.message ?? `${path} is open` });
      const fittings = new FittingsWatch({ line, health, asked: (reader) => fittingsAsked(this.#rules, reader) });
      this.#fittings.push(fittings);
      const heard = [
        fittings,
        line.onLink((link, why) => health.report({ part, level: link === 'up' ? 'ok' : 'failed', says: why })),
        new OsdpWatch({ line, health, record, isRead: (reader) => this.#accessPointOf(reader) !== undefined }),
        ...config.readers.flatMap((reader) => wires.ofReader(reader.id)?.connect(line) ?? []),
      ];
      for (const reader of config.readers) {
        const accessPoint = this.#accessPointOf(reader.id);
        if (accessPoint === undefined) continue;
        const { formats } = reader;
        this.#readers.set(reader.id, new OsdpCardReader({ line, reader: reader.id, accessPoint, formats }));
      }
      this.#closing.push(async () => {
        await line.close();
        for (const one of heard) one[Symbol.dispose]();
      });
    } catch (error) {
      // The vault did not give their keys: no reader is spoken to without one, and everything else works.
      health.report({ part, level: 'failed', says: messageOf(error) });
      for (const { id: reader } of config.readers) {
        const accessPoint = this.#accessPointOf(reader);
        if (accessPoint !== undefined) this.#readers.set(reader, new ToldCards(accessPoint, 'down'));
      }
    }
  }

  async #openSerial(config: SerialReaderConfig): Promise<void> {
    const accessPoint = this.#accessPointOf(config.id);
    if (accessPoint === undefined) return;
    const reader = await openOne(config, { accessPoint, path: config.path, clock: this.#parts.clock });
    this.#readers.set(config.id, reader);
    this.#closing.push(() => reader.close());
  }

  #addKeyboard(): void {
    const { config, health } = this.#parts;
    for (const { id, text, formats } of config.keyboardReaders) {
      const accessPoint = this.#accessPointOf(id);
      if (accessPoint === undefined) continue;
      const reader = new KeyboardReader({ accessPoint, text, formats });
      this.#readers.set(id, reader);
      this.#typedCards = reader;
      const says = `reader ${id} types at the screen; whether it is plugged in is not known`;
      health.report({ part: `reader at ${accessPoint}`, level: 'ok', says });
    }
  }

  #accessPointOf(name: ReaderId): AccessPointId | undefined {
    return this.#parts.config.accessPoints.find((accessPoint) => readerOf(accessPoint) === name)?.id;
  }

  /** What stands at the start; every change after it is told by the access point. */
  #tellLinks(): void {
    const { config, health } = this.#parts;
    for (const accessPoint of config.accessPoints) {
      const reader = readerOf(accessPoint);
      const link = reader === undefined ? undefined : this.#readers.get(reader)?.link;
      if (link === undefined) continue;
      const says = link === 'up' ? `reader ${reader} is there` : `reader ${reader} has not answered yet`;
      health.report({ part: `reader at ${accessPoint.id}`, level: link === 'up' ? 'ok' : 'failed', says });
    }
  }
}

const readerOf = ({ reader }: AccessPointConfig): ReaderId | undefined =>
  reader.driver === 'named' ? reader.name : undefined;

function openOne(
  config: SerialReaderConfig,
  options: { readonly accessPoint: AccessPointId; readonly path: string; readonly clock: Clock },
): Promise<ListeningReader> {
  switch (config.driver) {
    case 'rdm6300':
      return openRdm6300(options);
    case 'pn532':
      return openPn532(options);
    case 'wiegand': {
      const { form, formats, baudRate } = config;
      return openWiegandBridge({ ...options, form, formats, baudRate });
    }
  }
}
