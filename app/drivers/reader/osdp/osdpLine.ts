import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { after, elapsed, millis, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { LinkState } from '#core/ports/hardware.ts';
import type { Random } from '#core/ports/random.ts';
import type { ReaderKeys } from '#core/ports/readerKeys.ts';
import { SerialLine } from '../../serial/serialLine.ts';
import { BaseKey, KEY_BYTES } from './baseKey.ts';
import type { BuzzerCommand, LedCommand, OutputCommand, TextCommand } from './commands.ts';
import { OsdpPanel, type PanelInput, type PanelOutput } from './panel.ts';
import type { ReaderEvent, ReaderSettings } from './reader.ts';
import type { Capability, Identity, Refusal } from './replies.ts';

/** A timer that comes later than this was held up, and so were the bytes that it did not see: they are looked at first. */
const HELD_UP_MS = millis(10);
const CATCH_UP_MS = millis(2);

/** What a reader may be told from outside. */
export type ReaderCommand =
  | LedCommand
  | BuzzerCommand
  | TextCommand
  | OutputCommand
  | { readonly kind: 'local-status' };

/** What is told outside: everything but the panel's own business. */
export type OsdpEvent = Exclude<ReaderEvent, { readonly kind: 'done' | 'refused' | 'given-up' | 'keep-keys' }>;

export interface OsdpLineOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly readers: readonly ReaderSettings[];
  readonly keys: ReaderKeys;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ReaderState {
  readonly link: LinkState;
  readonly identity: Identity | undefined;
  readonly capabilities: readonly Capability[] | undefined;
  readonly alarms: ReadonlySet<string>;
}

interface Awaited {
  readonly resolve: () => void;
  readonly reject: (fault: Fault) => void;
}

/** One RS-485 line with the readers on it, over the secure channel alone. */
export class OsdpLine {
  readonly path: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keys: ReaderKeys;
  readonly #panel: OsdpPanel;
  readonly #events = new Listeners<[reader: ReaderId, event: OsdpEvent]>();
  readonly #commands = new Map<number, Awaited & { readonly thing: string }>();
  readonly #installations = new Map<ReaderId, Awaited>();
  #line: SerialLine | undefined;
  #timer: Disposable | undefined;
  #tickets = 0;
  /** One at a time, so that what is kept last is what was said last. */
  #keeping: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor({ path, clock, random, keys }: OsdpLineOptions, panel: OsdpPanel) {
    this.path = path;
    this.#clock = clock;
    this.#random = random;
    this.#keys = keys;
    this.#panel = panel;
  }

  /**
   * Resolves when the port was opened, or could not be: the line is down then and goes on trying.
   * @throws Fault `config` for two readers on one address; what the vault throws.
   */
  static async open(options: OsdpLineOptions): Promise<OsdpLine> {
    const { path, baudRate, clock, random, keys } = options;
    const readers = [];
    for (const settings of options.readers) {
      readers.push({ ...settings, keys: baseKeysFrom(await keys.get(settings.id)) });
    }
    const panel = new OsdpPanel({ baudRate, readers, random }, clock.monotonic());
    const osdp = new OsdpLine(options, panel);
    const onBytes = (bytes: Uint8Array): void => osdp.#step({ kind: 'bytes', bytes });
    const line = await SerialLine.open({ path, baudRate, clock, faults: 'reader', onBytes });
    osdp.#line = line;
    line.onLink((link, why) => osdp.#step({ kind: 'line', up: link === 'up', why }));
    if (line.link === 'up') osdp.#step({ kind: 'line', up: true, why: `${path} is open` });
    return osdp;
  }

  /** Why the port itself is down, where it is. */
  get fault(): Fault | undefined {
    return this.#line?.fault;
  }

  /** Of the port itself; whether its readers answer is told of each. */
  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    assert(this.#line !== undefined, 'a line that is given out was opened');
    return this.#line.onLink(listener);
  }

  /** Called for whatever a reader has to tell, through its channel; and for alarms about it. */
  onEvent(listener: (reader: ReaderId, event: OsdpEvent) => void): Disposable {
    return this.#events.add(listener);
  }

  state(reader: ReaderId): ReaderState {
    const { link, identity, capabilities, alarms } = this.#panel.reader(reader);
    return { link, identity, capabilities, alarms };
  }

  /**
   * Resolves when the reader has acknowledged it.
   * @throws Fault `reader` where it refuses, is not there, or did not answer in time. The command is not kept for later.
   */
  tell(reader: ReaderId, command: ReaderCommand): Promise<void> {
    const thing = `reader ${reader}`;
    if (this.#closed) return Promise.reject(fault(thing, 'a line that was closed', 'an open line'));
    const ticket = ++this.#tickets;
    return new Promise((resolve, reject) => {
      this.#commands.set(ticket, { resolve, reject, thing });
      this.#step({ kind: 'command', reader, command, ticket });
    });
  }

  /**
   * Gives one reader a new random key, by order of an installer who has read `CABLE_WARNING`. Resolves when the reader has
   * proved it; until then its cards open nothing. Without `present` the key in the vault is tried, then the default one.
   * @throws Fault `reader` with what went wrong; `key` where `present` is no key.
   */
  install(reader: ReaderId, options: { readonly present?: Uint8Array; readonly forMs?: Millis } = {}): Promise<void> {
    const thing = `reader ${reader}`;
    if (this.#closed) return Promise.reject(fault(thing, 'a line that was closed', 'an open line'));
    if (this.#installations.has(reader)) {
      return Promise.reject(fault(thing, 'an installation under way', 'none under way'));
    }
    return new Promise((resolve, reject) => {
      const present = options.present === undefined ? undefined : BaseKey.of(options.present);
      const random = Buffer.from(this.#random.hex(KEY_BYTES), 'hex');
      const newKey = BaseKey.of(random);
      random.fill(0);
      this.#installations.set(reader, { resolve, reject });
      this.#step({ kind: 'install', reader, order: { newKey, present, forMs: options.forMs } });
    });
  }

  /** Ends an installation; one that is not under way needs no ending. */
  stopInstallation(reader: ReaderId, why = 'the installer called it off'): void {
    this.#step({ kind: 'stop-installation', reader, why });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    for (const id of this.#installations.keys()) this.stopInstallation(id, 'the line was closed');
    this.#step({ kind: 'line', up: false, why: 'the line was closed' });
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    for (const { reject, thing } of this.#commands.values())
      reject(fault(thing, 'a line that was closed', 'an open line'));
    this.#commands.clear();
    await this.#keeping;
    await this.#line?.close();
    this.#panel[Symbol.dispose]();
  }

  #step(input: PanelInput): void {
    if (this.#closed) return;
    const { send, events, wakeAt } = this.#panel.step(input, this.#clock.monotonic());
    if (send !== undefined) this.#send(send);
    this.#wakeAt(wakeAt);
    // Last: a listener may have something to say itself, and comes back here.
    for (const { reader, event } of events) this.#hear(reader, event);
  }

  #send(bytes: Uint8Array): void {
    // A write that fails takes the line down, and that is heard.
    void this.#line?.write(bytes).then(
      () => this.#step({ kind: 'written' }),
      () => undefined,
    );
  }

  #wakeAt(wakeAt: PanelOutput['wakeAt']): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (wakeAt === undefined) return;
    this.#timer = this.#clock.at(wakeAt, () => {
      const now = this.#clock.monotonic();
      if (elapsed(wakeAt, now) <= HELD_UP_MS) return this.#step({ kind: 'time' });
      this.#timer = this.#clock.at(after(now, CATCH_UP_MS), () => this.#step({ kind: 'time' }));
    });
  }

  #hear(reader: ReaderId, event: ReaderEvent): void {
    const thing = `reader ${reader}`;
    switch (event.kind) {
      case 'done':
        return this.#settle(event.ticket, undefined);
      case 'refused':
        return this.#settle(event.ticket, refusedAs(thing, event.refusal));
      case 'given-up':
        return this.#settle(event.ticket, fault(thing, event.why, 'a reader that answers in time'));
      case 'keep-keys':
        this.#keep(reader, event);
        return;
      case 'installed':
        this.#installations.get(reader)?.resolve();
        this.#installations.delete(reader);
        break;
      case 'installation-failed':
        this.#installations.get(reader)?.reject(fault(thing, event.why, 'a reader that takes a new key'));
        this.#installations.delete(reader);
        break;
      default:
    }
    this.#events.tell(reader, event);
  }

  #keep(reader: ReaderId, { keys, answers }: Extract<ReaderEvent, { kind: 'keep-keys' }>): void {
    const copies = keys.map((key) => key.with((bytes) => Uint8Array.from(bytes)));
    this.#keeping = this.#keeping.then(async () => {
      const kept = await this.#put(reader, copies);
      if (answers) this.#step({ kind: 'keys-kept', reader, kept });
    });
  }

  async #put(reader: ReaderId, copies: readonly Uint8Array[]): Promise<boolean> {
    try {
      await this.#keys.put(reader, copies);
      return true;
    } catch (thrown) {
      this.#events.tell(reader, { kind: 'keys-not-kept', why: messageOf(thrown) });
      return false;
    } finally {
      for (const copy of copies) copy.fill(0);
    }
  }

  #settle(ticket: number, why: Fault | undefined): void {
    const command = this.#commands.get(ticket);
    assert(command !== undefined, 'every ticket was given out, and is settled once');
    this.#commands.delete(ticket);
    if (why === undefined) command.resolve();
    else command.reject(why);
  }
}

/** The copies lent by the vault are overwritten. */
function baseKeysFrom(copies: readonly Uint8Array[]): BaseKey[] {
  return copies.map((copy) => {
    const key = BaseKey.of(copy);
    copy.fill(0);
    return key;
  });
}

const fault = (thing: string, found: string, expected: string): Fault =>
  new Fault('reader', { thing, found, expected });

const refusedAs = (thing: string, refusal: Refusal): Fault =>
  fault(thing, `a refusal: ${refusal}`, 'a command that the reader knows');
