import { Fault } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import type { RelayLevel } from '#core/ports/hardware.ts';
import type { Question } from '../serial/exchange.ts';
import type { Asker, RelayTalk } from './relayTalk.ts';

/**
 * KMTronic boards: `FF channel 01` energises, `FF channel 00` de-energises, without an answer. With one or two channels
 * `FF channel 03` is answered by `FF channel state`; with four or eight `FF 09 00` by one byte for each. 9600 baud, 8N1.
 */
export const KMTRONIC_BAUD_RATE = 9_600;
export const KMTRONIC_HEAD = 0xff;
export const KMTRONIC_ASK = 0x03;
export const KMTRONIC_ASK_ALL = 0x09;
export const KMTRONIC_CHANNELS_MAX = 8;
/** Boards up to here are asked channel by channel. */
export const KMTRONIC_SMALL_CHANNELS_MAX = 2;
const ANSWER_MS = millis(250);
const TRIES = 2;
/** A command that noise broke is worth a second one. */
const DRIVES = 2;

export const encodeKmtronic = (channel: number, level: RelayLevel): Uint8Array =>
  Uint8Array.of(KMTRONIC_HEAD, channel, level === 'energised' ? 1 : 0);

export const encodeKmtronicAsk = (channel: number): Uint8Array => Uint8Array.of(KMTRONIC_HEAD, channel, KMTRONIC_ASK);

export const encodeKmtronicAskAll = (): Uint8Array => Uint8Array.of(KMTRONIC_HEAD, KMTRONIC_ASK_ALL, 0);

/** The level of one channel of a small board: `FF channel state` anywhere in what was heard. */
export function hearKmtronicOne(heard: Uint8Array, channel: number): RelayLevel | undefined {
  for (let at = 0; at + 3 <= heard.length; at++) {
    const state = heard[at + 2];
    if (heard[at] !== KMTRONIC_HEAD || heard[at + 1] !== channel || (state !== 0 && state !== 1)) continue;
    return levelOf(state);
  }
  return undefined;
}

/**
 * The levels of all channels of a large board. The answer has neither head nor sum, so nothing else may have been heard:
 * with a byte of noise before it every level would be another's.
 */
export function hearKmtronicAll(heard: Uint8Array, channels: number): RelayLevel[] | undefined {
  if (heard.length !== channels || heard.some((state) => state > 1)) return undefined;
  return Array.from(heard, levelOf);
}

export function kmtronicTalk(name: string, channels: number): RelayTalk {
  const question = <Answer>(bytes: Uint8Array, hear: (heard: Uint8Array) => Answer | undefined): Question<Answer> => ({
    thing: name,
    asks: 'how the relays stand',
    bytes,
    hear,
    withinMs: ANSWER_MS,
    tries: TRIES,
  });
  const askOne = (by: Asker, channel: number): Promise<RelayLevel> =>
    by.ask(question(encodeKmtronicAsk(channel), (heard) => hearKmtronicOne(heard, channel)));
  const levels = async (by: Asker): Promise<readonly RelayLevel[]> => {
    if (channels > KMTRONIC_SMALL_CHANNELS_MAX) {
      return by.ask(question(encodeKmtronicAskAll(), (heard) => hearKmtronicAll(heard, channels)));
    }
    const found: RelayLevel[] = [];
    for (let channel = 1; channel <= channels; channel++) found.push(await askOne(by, channel));
    return found;
  };
  const levelNow = async (by: Asker, channel: number): Promise<RelayLevel | undefined> =>
    channels > KMTRONIC_SMALL_CHANNELS_MAX ? (await levels(by))[channel - 1] : askOne(by, channel);
  return {
    levels,
    drive: async (by, channel, level) => {
      for (let drives = 0; drives < DRIVES; drives++) {
        await by.tell(encodeKmtronic(channel, level));
        if ((await levelNow(by, channel)) === level) return;
      }
      throw notDone(`${name} channel ${channel}`, level);
    },
  };
}

/** The board answers, and its relay does not do as it was told. */
export const notDone = (thing: string, level: RelayLevel): Fault =>
  new Fault('relay', { thing, found: `a relay that does not go ${level}`, expected: `it ${level}` });

const levelOf = (state: number): RelayLevel => (state === 1 ? 'energised' : 'de-energised');
