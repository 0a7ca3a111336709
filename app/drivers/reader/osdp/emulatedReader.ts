import { randomBytes } from 'node:crypto';
import { Listeners } from '#core/kernel/listeners.ts';
import { elapsed, type Monotonic } from '#core/kernel/units.ts';
import { decodeCommand, type Command } from './commands.ts';
import { EmulatedChannel } from './emulatedChannel.ts';
import { encodeFrame, EVERYBODY, nextSequence, SCS, type Frame, type SecurityBlock, type Sequence } from './frames.ts';
import {
  encodeReply,
  REFUSALS,
  type Capability,
  type CardBits,
  type Identity,
  type Refusal,
  type Reply,
} from './replies.ts';
import { OFFLINE_MS } from './reader.ts';

export interface EmulatedReaderSettings {
  readonly address: number;
  /** 16 bytes; without one it stands as its maker sent it, with the default key alone. */
  readonly key?: Uint8Array;
  readonly identity?: Identity;
  readonly capabilities?: readonly Capability[];
  /** 8 bytes. */
  readonly uid?: Uint8Array;
  /** RND.B, 8 bytes each time. */
  readonly randomB?: () => Uint8Array;
}

const IDENTITY: Identity = { vendor: '00ffee', model: 1, version: 1, serial: 1, firmware: '1.0.0' };
/** Two inputs, one output, card bits, LEDs, buzzer, text, tamper and power, CRC, the channel, 128 bytes at a time. */
const CAPABILITIES: readonly Capability[] = [
  { code: 1, level: 2, count: 2 },
  { code: 2, level: 4, count: 1 },
  { code: 3, level: 1, count: 0 },
  { code: 4, level: 4, count: 1 },
  { code: 5, level: 2, count: 1 },
  { code: 6, level: 1, count: 1 },
  { code: 8, level: 1, count: 0 },
  { code: 9, level: 1, count: 1 },
  { code: 10, level: 128, count: 0 },
];
const DEFAULT_KEY = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);
/** Events that wait to be asked for; a real reader forgets the oldest as well. */
const EVENTS_WAITING_MAX = 64;

/** How a reader may misbehave; each is what some real one, or somebody on the cable, does. */
export interface Misconduct {
  /** It refuses the channel, and says so in its capabilities. */
  readonly withoutChannel?: boolean;
  /** It answers in the clear whatever it is asked, as if there were no channel. */
  readonly inTheClear?: boolean;
  /** It answers the next so many commands with BUSY. */
  readonly busy?: number;
  /** The same, said through the channel. */
  readonly busyInChannel?: number;
  /** It hears and does not answer. */
  readonly mute?: boolean;
  /** It knows the sum alone, and no CRC. */
  readonly withoutCrc?: boolean;
  /** It refuses all but the handshake outside the channel. */
  readonly secretive?: boolean;
  /** It puts a MAC under what it says and leaves it for everybody to read. */
  readonly forgetsToEncrypt?: boolean;
  /** It does not know this command. */
  readonly refuses?: Command['kind'];
  /** It takes a key and keeps the old one. */
  readonly keepsOldKey?: boolean;
  /** It acknowledges a key in the clear, as it has the new one already. */
  readonly acknowledgesKeyInTheClear?: boolean;
}

/** A reader on an OSDP line: a command's frame in, the answer's bytes out. */
export class EmulatedReader {
  readonly address: number;
  misconduct: Misconduct = {};
  readonly #settings: EmulatedReaderSettings;
  readonly #commands = new Listeners<[command: Command, at: Monotonic]>();
  /** As code and data. */
  readonly #events: Uint8Array[] = [];
  readonly #inputs: boolean[] = [];
  #local = { tampered: false, powerFailed: false };
  #key: Uint8Array | undefined;
  #channel: EmulatedChannel | undefined;
  #sequence: Sequence | undefined;
  #last: { readonly code: number; readonly bytes: Uint8Array } | undefined;
  /** Sent, and not known to have arrived. */
  #sent: Uint8Array | undefined;
  #heardAt: Monotonic | undefined;

  constructor(settings: EmulatedReaderSettings) {
    this.#settings = settings;
    this.address = settings.address;
    this.#key = settings.key && Uint8Array.from(settings.key);
    const inputs = this.#capabilities.find(({ code }) => code === 1);
    this.#inputs = Array.from({ length: inputs?.count ?? 0 }, () => false);
  }

  /** Called for every command that it understood, once, whatever it answers. */
  onCommand(listener: (command: Command, at: Monotonic) => void): Disposable {
    return this.#commands.add(listener);
  }

  /** Is its channel open? */
  get secured(): boolean {
    return this.#channel?.open ?? false;
  }

  get key(): Uint8Array | undefined {
    return this.#key;
  }

  /** Events that nobody has asked for yet. */
  get eventsWaiting(): number {
    return this.#events.length;
  }

  showCard(bits: CardBits, wiegand = true): void {
    this.#happens({ kind: 'raw', reader: 0, wiegand, bits });
  }

  pressKeys(keys: string): void {
    this.#happens({ kind: 'keypad', reader: 0, keys });
  }

  /** Inputs count from 0. */
  setInput(input: number, active: boolean): void {
    this.#inputs[input] = active;
    this.#happens({ kind: 'inputs', active: [...this.#inputs] });
  }

  setLocal(local: { readonly tampered: boolean; readonly powerFailed: boolean }): void {
    this.#local = { ...local };
    this.#happens({ kind: 'local', ...local });
  }

  /** Whatever it says to a poll, as code and data. */
  happens(payload: Uint8Array): void {
    if (this.#events.length >= EVENTS_WAITING_MAX) this.#events.shift();
    this.#events.push(payload);
  }

  /** Forgets all but its key. */
  powerCycle(): void {
    this.#channel = undefined;
    this.#sequence = undefined;
    this.#last = undefined;
    this.#sent = undefined;
    this.#events.length = 0;
  }

  /** The answer; undefined where it has none, as for another's address. */
  take(frame: Frame, at: Monotonic): Uint8Array | undefined {
    if (frame.reply || (frame.address !== this.address && frame.address !== EVERYBODY)) return undefined;
    if (frame.check === 'crc' && this.misconduct.withoutCrc) return undefined;
    if (this.#heardAt !== undefined && elapsed(this.#heardAt, at) > OFFLINE_MS) this.#leaveChannel();
    this.#heardAt = at;
    const answer = this.#answer(frame, at);
    return this.misconduct.mute ? undefined : answer;
  }

  get #capabilities(): readonly Capability[] {
    const all = this.#settings.capabilities ?? CAPABILITIES;
    if (this.misconduct.withoutCrc) return all.map((one) => (one.code === 8 ? { ...one, level: 0 } : one));
    return this.misconduct.withoutChannel ? all.filter(({ code }) => code !== 9) : all;
  }

  #happens(event: Reply): void {
    this.happens(encodeReply(event));
  }

  #leaveChannel(): void {
    this.#channel = undefined;
    this.#last = undefined;
    if (this.#sent !== undefined) this.#events.unshift(this.#sent);
    this.#sent = undefined;
  }

  #answer(frame: Frame, at: Monotonic): Uint8Array {
    const code = frame.payload[0] ?? 0;
    if (frame.sequence === 0) this.#leaveChannel();
    else if (frame.sequence === this.#sequence && this.#last?.code === code) return this.#last.bytes;
    else if (this.#sequence === undefined || frame.sequence !== nextSequence(this.#sequence)) {
      return this.#clear(frame, refusalOf('sequence'));
    }
    const { busy = 0 } = this.misconduct;
    if (busy > 0) {
      this.misconduct = { ...this.misconduct, busy: busy - 1 };
      return this.#clear({ ...frame, sequence: 0 }, { kind: 'busy' });
    }
    this.#sequence = frame.sequence;
    this.#sent = undefined;
    const bytes = this.#understand(frame, at);
    this.#last = { code, bytes };
    return bytes;
  }

  #understand(frame: Frame, at: Monotonic): Uint8Array {
    const payload = this.#unwrap(frame);
    if (payload === undefined) {
      this.#leaveChannel();
      return this.#clear(frame, refusalOf('security-required'));
    }
    const command = decodeCommand(payload);
    if (command === undefined || command.kind === this.misconduct.refuses)
      return this.#wrap(frame, encodeReply(refusalOf('unknown-command')));
    this.#commands.tell(command, at);
    if (command.kind === 'challenge') return this.#challenged(frame, command.random);
    if (command.kind === 'cryptogram') return this.#proved(frame, command.cryptogram);
    const open = this.misconduct.secretive ? [] : ['identify', 'capabilities'];
    if (!this.secured && !this.misconduct.inTheClear && !open.includes(command.kind)) {
      return this.#clear(frame, refusalOf('security-required'));
    }
    return this.#obey(frame, command);
  }

  #obey(frame: Frame, command: Command): Uint8Array {
    if (command.kind !== 'set-key') return this.#wrap(frame, this.#payloadTo(command));
    const acknowledges = this.misconduct.acknowledgesKeyInTheClear;
    const bytes = acknowledges ? this.#clear(frame, { kind: 'ack' }) : this.#wrap(frame, this.#payloadTo(command));
    if (!this.misconduct.keepsOldKey) this.#key = command.key;
    this.#channel = undefined;
    return bytes;
  }

  #payloadTo(command: Command): Uint8Array {
    const { busyInChannel = 0 } = this.misconduct;
    if (busyInChannel > 0) {
      this.misconduct = { ...this.misconduct, busyInChannel: busyInChannel - 1 };
      return encodeReply({ kind: 'busy' });
    }
    if (command.kind !== 'poll') return encodeReply(this.#replyTo(command));
    this.#sent = this.#events.shift();
    return this.#sent ?? encodeReply({ kind: 'ack' });
  }

  #replyTo(command: Command): Reply {
    switch (command.kind) {
      case 'identify':
        return { kind: 'identity', identity: this.#settings.identity ?? IDENTITY };
      case 'capabilities':
        return { kind: 'capabilities', capabilities: this.#capabilities };
      case 'local-status':
        return { kind: 'local', ...this.#local };
      case 'input-status':
        return { kind: 'inputs', active: [...this.#inputs] };
      default:
        return { kind: 'ack' };
    }
  }

  #challenged(frame: Frame, random: Uint8Array): Uint8Array {
    if (this.misconduct.withoutChannel) return this.#clear(frame, refusalOf('no-such-security'));
    const asked = frame.security?.data[0] ?? 0;
    // With a key of its own it does not know the default one any more.
    const keyNumber = this.#key === undefined ? 0 : 1;
    const b = this.#settings.randomB?.() ?? Uint8Array.from(randomBytes(8));
    this.#channel = new EmulatedChannel(this.#key ?? DEFAULT_KEY, asked, { a: random, b });
    const cryptogram = this.#channel.clientCryptogram();
    const uid = this.#settings.uid ?? Uint8Array.of(0, 0xff, 0xee, 1, 0, 0, 0, this.address);
    const reply: Reply = { kind: 'cryptogram', uid, random: b, cryptogram };
    return this.#clear(frame, reply, { type: SCS[12], data: Uint8Array.of(keyNumber) });
  }

  #proved(frame: Frame, cryptogram: Uint8Array): Uint8Array {
    const mac = this.#channel?.accept(cryptogram);
    if (mac === undefined) return this.#clear(frame, refusalOf('security-required'));
    return this.#clear(frame, { kind: 'initial-mac', mac }, { type: SCS[14], data: Uint8Array.of(1) });
  }

  /** The command in the clear; undefined where it is not of the channel that is open. */
  #unwrap(frame: Frame): Uint8Array | undefined {
    const { security, payload, mac, covered } = frame;
    if (security === undefined) return this.secured && !this.misconduct.inTheClear ? undefined : payload;
    if (security.type === SCS[11] || security.type === SCS[13]) return payload;
    if (this.misconduct.inTheClear) return payload.subarray(0, 1);
    const channel = this.#channel;
    if (channel?.open !== true || mac === undefined || security.type % 2 === 0) return undefined;
    // The encryption stands on the reply before; the MAC of this command comes into the chain with it.
    if (!channel.verifyCommand(covered, mac)) return undefined;
    if (security.type === SCS[15]) return payload;
    const data = channel.decryptCommand(payload.slice(1));
    return data && Uint8Array.of(payload[0]!, ...data);
  }

  #wrap(frame: Frame, payload: Uint8Array): Uint8Array {
    const channel = this.#channel;
    if (channel?.open !== true || this.misconduct.inTheClear) return this.#plain(frame, payload);
    const bare = payload.length === 1 || this.misconduct.forgetsToEncrypt === true;
    const security = { type: bare ? SCS[16] : SCS[18], data: new Uint8Array(0) };
    const sent = bare ? payload : Uint8Array.of(payload[0]!, ...channel.encryptReply(payload.slice(1)));
    const head = { address: frame.address, reply: true, sequence: frame.sequence, check: frame.check, security };
    return encodeFrame(head, sent, (covered) => channel.signReply(covered));
  }

  #clear(frame: Frame, reply: Reply, security?: SecurityBlock): Uint8Array {
    return this.#plain(frame, encodeReply(reply), security);
  }

  #plain({ address, sequence, check }: Frame, payload: Uint8Array, security?: SecurityBlock): Uint8Array {
    return encodeFrame({ address, reply: true, sequence, check, security }, payload);
  }
}

const refusalOf = (refusal: Exclude<Refusal, 'other'>): Reply => ({
  kind: 'nak',
  refusal,
  code: REFUSALS.indexOf(refusal),
});
