import { millis } from '#core/kernel/units.ts';
import type { RelayLevel } from '#core/ports/hardware.ts';
import type { Question } from '../serial/exchange.ts';
import { notDone } from './kmtronicTalk.ts';
import type { Asker, RelayTalk } from './relayTalk.ts';

/**
 * Numato boards: lines of ASCII ended by CR. The board echoes what it hears, answers on a line of its own where there is
 * something to say, and ends with the prompt `>`. Relays are numbered from 0, from the tenth on by capital letters.
 * USB CDC: any baud rate will do.
 */
export const NUMATO_BAUD_RATE = 19_200;
export const NUMATO_PROMPT = '>';
export const NUMATO_CHANNELS_MAX = 32;
/** Boards up to here know no `readall`. */
export const NUMATO_SMALL_CHANNELS_MAX = 4;
const ANSWER_MS = millis(250);
const TRIES = 2;
const DRIVES = 2;

/** How the board calls a channel, which is counted from 1 here. */
export const numatoName = (channel: number): string => (channel - 1).toString(36).toUpperCase();

export const encodeNumato = (command: string): Uint8Array => Uint8Array.from(`${command}\r`, (c) => c.charCodeAt(0));

/**
 * What the board said to `command`: the line between its echo and the prompt, '' where there is none. Nothing counts
 * before the echo of the whole command.
 */
export function hearNumato(heard: Uint8Array, command: string): string | undefined {
  const text = String.fromCharCode(...heard);
  const echo = text.lastIndexOf(command);
  if (echo < 0) return undefined;
  const rest = text.slice(echo + command.length);
  const prompt = rest.indexOf(NUMATO_PROMPT);
  if (prompt < 0 || !/^[\r\n]/.test(rest)) return undefined;
  const lines = rest
    .slice(0, prompt)
    .split(/[\r\n]+/)
    .filter((line) => line !== '');
  return lines.length > 1 ? undefined : (lines[0] ?? '');
}

/** The levels in what `relay readall` says: hex digits, the first relay lowest. */
export function numatoLevels(said: string, channels: number): RelayLevel[] | undefined {
  if (!/^[0-9a-f]{1,8}$/i.test(said) || said.length < Math.ceil(channels / 4)) return undefined;
  const bits = Number.parseInt(said, 16);
  return Array.from({ length: channels }, (_, at) =>
    Math.floor(bits / 2 ** at) % 2 === 1 ? 'energised' : 'de-energised',
  );
}

const numatoLevel = (said: string): RelayLevel | undefined =>
  said === 'on' ? 'energised' : said === 'off' ? 'de-energised' : undefined;

export function numatoTalk(name: string, channels: number): RelayTalk {
  const ask = <Answer>(by: Asker, command: string, of: (said: string) => Answer | undefined): Promise<Answer> => {
    const question: Question<Answer> = {
      thing: name,
      asks: command,
      bytes: encodeNumato(command),
      hear: (heard) => {
        const said = hearNumato(heard, command);
        return said === undefined ? undefined : of(said);
      },
      withinMs: ANSWER_MS,
      tries: TRIES,
    };
    return by.ask(question);
  };
  const readOne = (by: Asker, channel: number): Promise<RelayLevel> =>
    ask(by, `relay read ${numatoName(channel)}`, numatoLevel);
  return {
    levels: async (by) => {
      if (channels > NUMATO_SMALL_CHANNELS_MAX) {
        return ask(by, 'relay readall', (said) => numatoLevels(said, channels));
      }
      const found: RelayLevel[] = [];
      for (let channel = 1; channel <= channels; channel++) found.push(await readOne(by, channel));
      return found;
    },
    drive: async (by, channel, level) => {
      const command = `relay ${level === 'energised' ? 'on' : 'off'} ${numatoName(channel)}`;
      for (let drives = 0; drives < DRIVES; drives++) {
        await ask(by, command, () => true);
        if ((await readOne(by, channel)) === level) return;
      }
      throw notDone(`${name} channel ${channel}`, level);
    },
  };
}
