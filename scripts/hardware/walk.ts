import type { DoorId } from '#core/kernel/ids.ts';
import { after, millis, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CardReader, DoorInput, DoorInputs, RelayBoard } from '#core/ports/hardware.ts';
import { messageOf } from '#core/kernel/fault.ts';
import { result, type Result } from '../report.ts';

/** The door of the test; it has no other name yet. */
export const TESTED_DOOR = 'tested' as DoorId;
/** How long the test waits for something that the installer is to do. */
export const HANDS_MS_MAX = millis(60_000);
const PULSE_MS = millis(2_000);

/** Whoever stands at the door. */
export interface Installer {
  tell(text: string): void;
  /** Asks what only they can see. */
  yes(question: string): Promise<boolean>;
}

export interface Walk {
  readonly installer: Installer;
  readonly clock: Clock;
  readonly board: RelayBoard;
  readonly channel: number;
  readonly inputs?: DoorInputs;
  readonly reader?: CardReader;
  /** A reader that says who it is before it is tried. */
  readonly look?: ReaderLook;
}

export interface ReaderLook {
  look(): Promise<LookedAt>;
}

/** What was found, and what of it an installer can try. */
export interface LookedAt {
  readonly results: readonly Result[];
  readonly reader?: CardReader;
  readonly inputs?: DoorInputs;
  /** How many bits the last card had. */
  readonly bits?: () => number | undefined;
}

/** Walks an installer through a door's hardware, part by part. */
export async function walk(parts: Walk): Promise<readonly Result[]> {
  const relays = await relay(parts);
  const { results, ...tried } = (await parts.look?.look()) ?? { results: [] };
  const all = { ...parts, ...tried };
  return [...relays, ...results, ...(await contact(all)), ...(await rex(all)), ...(await card(all))];
}

async function relay({ installer, clock, board, channel }: Walk): Promise<readonly Result[]> {
  const name = `relay ${channel}`;
  if (board.link === 'down') {
    const note = await board
      .strike(channel)
      .drive('de-energised', 'until-driven')
      .then(() => 'the board came back', messageOf);
    return [result(name, { ok: false, value: 'not reached', note })];
  }
  const strike = board.strike(channel);
  try {
    installer.tell(`Relay ${channel} rests now.`);
    await strike.drive('de-energised', 'until-driven');
    const outcome = await strike.drive('energised', 'until-driven');
    const on = await installer.yes(`Relay ${channel} is energised. Did it click, or is its light on?`);
    await strike.drive('de-energised', 'until-driven');
    const off = await installer.yes('It is de-energised again. Did it click back?');
    installer.tell(
      `Now a pulse of ${PULSE_MS / 1_000} seconds${board.timesPulses ? ', timed by the board itself' : ''}.`,
    );
    await strike.drive('energised', PULSE_MS);
    await pause(clock, millis(PULSE_MS + 500));
    const pulse = await installer.yes('Did it click on, and off again by itself?');
    return [
      result(`${name} follows`, { ok: on && off, value: outcome }),
      result(`${name} ends a pulse`, { ok: pulse, value: board.timesPulses ? 'timed by the board' : 'timed here' }),
    ];
  } catch (thrown) {
    return [result(name, { ok: false, value: 'not driven', note: messageOf(thrown) })];
  }
}

async function contact({ installer, clock, inputs }: Walk): Promise<readonly Result[]> {
  if (inputs === undefined || !inputs.fitted.has('contact')) return [];
  if (inputs.read('contact')) installer.tell('The contact says that the door is open. Please shut it.');
  const shut = await becomes(inputs, 'contact', { active: false, clock });
  installer.tell('Please open the door.');
  const open = shut && (await becomes(inputs, 'contact', { active: true, clock }));
  installer.tell(open ? 'Seen. Please shut it again.' : 'Nothing was seen.');
  const again = open && (await becomes(inputs, 'contact', { active: false, clock }));
  return [result('door contact', { ok: again, value: inputs.state('contact'), note: saidOf(again) })];
}

async function rex({ installer, clock, inputs }: Walk): Promise<readonly Result[]> {
  if (inputs === undefined || !inputs.fitted.has('rex')) return [];
  installer.tell('Please press the exit button.');
  const pressed = await becomes(inputs, 'rex', { active: true, clock });
  installer.tell(pressed ? 'Seen. Please let it go.' : 'Nothing was seen.');
  const gone = pressed && (await becomes(inputs, 'rex', { active: false, clock }));
  return [result('exit button', { ok: gone, value: inputs.state('rex'), note: saidOf(gone) })];
}

async function card({ installer, clock, reader, bits }: Walk & Pick<LookedAt, 'bits'>): Promise<readonly Result[]> {
  if (reader === undefined) return [];
  installer.tell('Please hold a card before the reader.');
  const heard = await within<{ readonly format: string; readonly digits: number } | string>(clock, (told) => [
    reader.onCard(({ format, number }) => told({ format, digits: number.length })),
    reader.onMisread((why) => told(why)),
  ]);
  if (heard === undefined) return [result('reader', { ok: false, value: 'nothing read', note: saidOf(false) })];
  if (typeof heard === 'string') return [result('reader', { ok: false, value: 'misread', note: heard })];
  // The number is the card's secret, as far as it has one: its length is enough to see that it was read.
  const length = bits?.();
  const note = length === undefined ? `a number of ${heard.digits} hex digits` : `a card of ${length} bits`;
  return [result('reader', { value: heard.format, note })];
}

const saidOf = (ok: boolean): string | null => (ok ? null : `nothing came within ${HANDS_MS_MAX / 1_000} s`);

interface Wanted {
  readonly active: boolean;
  readonly clock: Clock;
}

async function becomes(inputs: DoorInputs, input: DoorInput, { active, clock }: Wanted): Promise<boolean> {
  const stands = (): boolean => inputs.state(input) === (active ? 'active' : 'normal');
  if (stands()) return true;
  const seen = await within<true>(clock, (told) => [inputs.onState(() => stands() && told(true))]);
  return seen ?? false;
}

/** The first thing told, or undefined when nobody told anything in time. */
export async function within<Told>(
  clock: Clock,
  listen: (told: (what: Told) => void) => readonly Disposable[],
  ms: Millis = HANDS_MS_MAX,
): Promise<Told | undefined> {
  const ending: Disposable[] = [];
  const told = await new Promise<Told | undefined>((resolve) => {
    ending.push(
      clock.at(after(clock.monotonic(), ms), () => resolve(undefined)),
      ...listen(resolve),
    );
  });
  for (const one of ending) one[Symbol.dispose]();
  return told;
}

const pause = (clock: Clock, ms: Millis): Promise<void> =>
  new Promise((resolve) => void clock.at(after(clock.monotonic(), ms), resolve));
