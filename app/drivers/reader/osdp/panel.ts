import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import { after, millis, monotonic, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { Random } from '#core/ports/random.ts';
import { askReader, silence } from './ask.ts';
import type { BaseKey } from './baseKey.ts';
import type { Command } from './commands.ts';
import { ADDRESS_MAX, FrameParser, type Frame } from './frames.ts';
import { hearFrame } from './hear.ts';
import { beginInstallation, endInstallation, keysKept, type InstallationOrder } from './install.ts';
import { giveCommand, lapse, lineLost, lineBack } from './line.ts';
import { newReader, OFFLINE_MS, type Reader, type ReaderEvent, type ReaderSettings, type Step } from './reader.ts';

/** A reader begins to answer within this time (the standard's). */
export const REPLY_MS = millis(200);
/** Between two bytes of an answer: an adapter may hold them back for a while. */
const PAUSE_MS = millis(50);
/** The longest answer that is awaited; readers send far less. */
const REPLY_BYTES_AWAITED_MAX = 512;
/** The line rests for so many characters between an answer and the next question: its drivers change over. */
const CHANGEOVER_CHARACTERS = 2;
const BITS_A_CHARACTER = 10;

export type PanelInput =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** What was to be sent has left the port. */
  | { readonly kind: 'written' }
  | { readonly kind: 'time' }
  | { readonly kind: 'line'; readonly up: boolean; readonly why: string }
  | { readonly kind: 'command'; readonly reader: ReaderId; readonly command: Command; readonly ticket: number }
  | { readonly kind: 'install'; readonly reader: ReaderId; readonly order: InstallationOrder }
  | { readonly kind: 'stop-installation'; readonly reader: ReaderId; readonly why: string }
  /** Where `keep-keys` asked for an answer. */
  | { readonly kind: 'keys-kept'; readonly reader: ReaderId; readonly kept: boolean };

export interface PanelOutput {
  /** To be sent now, whole. */
  readonly send: Uint8Array | undefined;
  readonly events: readonly { readonly reader: ReaderId; readonly event: ReaderEvent }[];
  /** When the time is to be told next. */
  readonly wakeAt: Monotonic | undefined;
}

export interface PanelParts {
  /** 9600 and up. */
  readonly baudRate: number;
  readonly readers: readonly (ReaderSettings & { readonly keys: readonly BaseKey[] })[];
  readonly random: Random;
  /** Keys that no reader in service may have: by itself the default key. */
  readonly keyRefused?: (key: BaseKey) => boolean;
}

/** The question that is on the line. */
interface Open {
  readonly reader: ReaderId;
  readonly deadline: Monotonic;
  readonly latest: Monotonic;
}

/** The panel of one line: who is asked when, and what is made of the answers. Inputs in, bytes and events out; no timers. */
export class OsdpPanel implements Disposable {
  readonly #baudRate: number;
  readonly #random: Random;
  readonly #keyRefused: (key: BaseKey) => boolean;
  readonly #parser = new FrameParser();
  readonly #readers = new Map<ReaderId, Reader>();
  readonly #askedAt = new Map<ReaderId, number>();
  #open: Open | undefined;
  #up = false;
  #quietUntil: Monotonic;
  #events: { readonly reader: ReaderId; readonly event: ReaderEvent }[] = [];

  /** The keys are the panel's from now on. @throws Fault `config` for two readers of one name or on one address. */
  constructor({ baudRate, readers, random, keyRefused = (key) => key.isDefault }: PanelParts, at: Monotonic) {
    this.#baudRate = baudRate;
    this.#random = random;
    this.#keyRefused = keyRefused;
    this.#quietUntil = at;
    for (const { keys, ...settings } of readers) {
      this.#checkIsNew(settings);
      this.#readers.set(settings.id, newReader(settings, keys, at));
    }
  }

  step(input: PanelInput, at: Monotonic): PanelOutput {
    this.#events = [];
    this.#take(input, at);
    if (this.#open !== undefined && at >= this.#open.deadline) this.#hearNothing(this.#open.reader, at);
    for (const id of this.#readers.keys()) this.#change(id, (reader) => lapse(reader, at));
    const send = this.#up && this.#open === undefined && at >= this.#quietUntil ? this.#ask(at) : undefined;
    return { send, events: this.#events, wakeAt: this.#wakeAt() };
  }

  /** @throws BrokenPromise for a name that the panel does not have. */
  reader(id: ReaderId): Reader {
    const reader = this.#readers.get(id);
    assert(reader !== undefined, `there is a reader ${id} on this line`);
    return reader;
  }

  [Symbol.dispose](): void {
    for (const { phase, keys, installation } of this.#readers.values()) {
      if (phase.kind === 'secured') phase.keys[Symbol.dispose]();
      if (phase.kind === 'proving') phase.proof.keys[Symbol.dispose]();
      for (const key of keys) key[Symbol.dispose]();
      for (const { base } of installation?.candidates ?? []) base[Symbol.dispose]();
      installation?.newKey[Symbol.dispose]();
    }
  }

  #take(input: PanelInput, at: Monotonic): void {
    switch (input.kind) {
      case 'time':
        return;
      case 'bytes':
        return this.#hear(input.bytes, at);
      case 'written':
        if (this.#open !== undefined) this.#await(after(at, REPLY_MS));
        return;
      case 'line':
        return this.#setLine(input, at);
      case 'command':
        return this.#give(input, at);
      case 'install':
        return this.#change(input.reader, (reader) => beginInstallation(reader, input.order, at));
      case 'stop-installation':
        return this.#change(input.reader, (reader) => endInstallation(reader, input.why, at));
      case 'keys-kept':
        return this.#change(input.reader, (reader) => keysKept(reader, input.kept, at));
    }
  }

  #setLine({ up, why }: { readonly up: boolean; readonly why: string }, at: Monotonic): void {
    if (up === this.#up) return;
    this.#up = up;
    this.#open = undefined;
    this.#quietUntil = at;
    for (const id of this.#readers.keys()) {
      this.#change(id, (reader) => (up ? lineBack(reader, at) : lineLost(reader, why, at)));
    }
  }

  #give(given: Extract<PanelInput, { kind: 'command' }>, at: Monotonic): void {
    const { reader, ticket } = given;
    if (this.#up) return this.#change(reader, (one) => giveCommand(one, given, at));
    this.#events.push({ reader, event: { kind: 'given-up', ticket, why: 'the line is down' } });
  }

  #hear(bytes: Uint8Array, at: Monotonic): void {
    if (this.#open !== undefined) this.#await(after(at, PAUSE_MS));
    for (const frame of this.#parser.feed(bytes)) this.#hearFrame(frame, at);
  }

  /** Commands are echoes of an adapter, or another panel's; they say nothing about a reader. */
  #hearFrame(frame: Frame, at: Monotonic): void {
    const id = frame.reply ? this.#at(frame.address) : undefined;
    if (id === undefined) return;
    const expected = this.#open?.reader === id;
    const { step, answered } = hearFrame(this.reader(id), frame, at, { expected, keyRefused: this.#keyRefused });
    this.#change(id, () => step);
    if (!answered) return;
    this.#open = undefined;
    this.#quietUntil = after(at, this.#millisOf(CHANGEOVER_CHARACTERS));
  }

  #hearNothing(id: ReaderId, at: Monotonic): void {
    this.#open = undefined;
    this.#change(id, (reader) => silence(reader, at));
  }

  #ask(at: Monotonic): Uint8Array | undefined {
    // Each reader is looked at once at most: one that has nothing to be asked after all gives its turn to the next.
    for (let looked = 0; looked < this.#readers.size; looked++) {
      const next = this.#mostDue(at);
      if (next === undefined) return undefined;
      const { step, bytes } = askReader(next, at, this.#random);
      this.#change(next.id, () => step);
      if (bytes === undefined) continue;
      const answeredBy = after(at, millis(this.#millisOf(bytes.length) + REPLY_MS));
      const latest = after(answeredBy, this.#millisOf(REPLY_BYTES_AWAITED_MAX));
      this.#open = { reader: next.id, deadline: answeredBy, latest };
      this.#askedAt.set(next.id, at);
      return bytes;
    }
    return undefined;
  }

  /** Of those that are due the one that has been due longest, then the one that was asked longest ago. */
  #mostDue(at: Monotonic): Reader | undefined {
    const askedAt = ({ id }: Reader): number => this.#askedAt.get(id) ?? -Infinity;
    let most: Reader | undefined;
    for (const reader of this.#readers.values()) {
      if (reader.dueAt > at) continue;
      const earlier = most === undefined ? -1 : reader.dueAt - most.dueAt || askedAt(reader) - askedAt(most);
      if (earlier < 0) most = reader;
    }
    return most;
  }

  #await(until: Monotonic): void {
    if (this.#open === undefined) return;
    const deadline = monotonic(Math.min(Math.max(this.#open.deadline, until), this.#open.latest));
    this.#open = { ...this.#open, deadline };
  }

  #wakeAt(): Monotonic | undefined {
    const times: number[] = [];
    for (const { dueAt, link, provenAt, installation } of this.#readers.values()) {
      if (this.#up && this.#open === undefined) times.push(Math.max(dueAt, this.#quietUntil));
      if (link === 'up') times.push(provenAt + OFFLINE_MS);
      if (installation !== undefined) times.push(installation.until);
    }
    if (this.#open !== undefined) times.push(this.#open.deadline);
    return times.length === 0 ? undefined : monotonic(Math.min(...times));
  }

  #change(id: ReaderId, change: (reader: Reader) => Step): void {
    const { reader, events, forget } = change(this.reader(id));
    this.#readers.set(id, reader);
    for (const event of events) this.#events.push({ reader: id, event });
    for (const secret of forget) secret[Symbol.dispose]();
    // The question that is on the line was taken back: whatever answers it is not awaited any longer.
    if (this.#open?.reader === id && reader.asked === undefined) this.#open = undefined;
  }

  #at(address: number): ReaderId | undefined {
    for (const reader of this.#readers.values()) if (reader.address === address) return reader.id;
    return undefined;
  }

  #millisOf(characters: number): Millis {
    return millis((characters * BITS_A_CHARACTER * 1_000) / this.#baudRate);
  }

  #checkIsNew({ id, address }: ReaderSettings): void {
    const thing = `reader ${id}`;
    if (!Number.isInteger(address) || address < 0 || address > ADDRESS_MAX) {
      const expected = `a whole number from 0 to ${ADDRESS_MAX}`;
      throw new Fault('config', { thing, found: `address ${address}`, expected });
    }
    const other = this.#at(address) ?? (this.#readers.has(id) ? id : undefined);
    if (other === undefined) return;
    const found = other === id ? 'a second reader of this name' : `address ${address}, which ${other} has`;
    throw new Fault('config', { thing, found, expected: 'a name and an address of its own on the line' });
  }
}
