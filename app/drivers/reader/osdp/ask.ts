import { assert } from '#core/kernel/assert.ts';
import { after, elapsed, millis, type Monotonic } from '#core/kernel/units.ts';
import type { Random } from '#core/ports/random.ts';
import { encodeCommand, type Command } from './commands.ts';
import { encodeFrame, nextSequence, type SecurityBlock, type Sequence } from './frames.ts';
import { COMMAND_MS_MAX, offersChannel, OFFLINE_MS, PROBE_MS, type Asked, type Reader, type Step } from './reader.ts';
import { challengeWord, cryptogramWord, RANDOM_BYTES, sealCommand, type Challenge } from './secureChannel.ts';
import { Turn } from './turn.ts';

/** A question of the handshake is repeated so often before all begins anew. */
const HANDSHAKE_SILENCES_MAX = 3;
/** A reader may fall silent in any moment; one that does so at the challenge again and again refuses it. */
const CHALLENGES_PASSED_OVER_MAX = 3;
/** A question of the channel is repeated so often at once, and then with waits, so that others get their turn. */
const QUICK_REPEATS = 2;
const SLOW_REPEAT_MS = millis(300);
/** Every so many questions to nobody the other kind of check is tried: some readers know the sum alone. */
const OTHER_CHECK_EVERY = 4;

/** The frame that the reader is to be sent now; undefined where there is none after all. */
export function askReader(
  reader: Reader,
  at: Monotonic,
  random: Random,
): { readonly step: Step; readonly bytes: Uint8Array | undefined } {
  const turn = new Turn(reader, at);
  if (reader.asked === undefined) putQuestion(turn, random);
  else if (reader.phase.kind === 'secured') giveUpWhenLate(turn, reader.asked);
  return { step: turn.step, bytes: turn.reader.asked?.bytes };
}

function putQuestion(turn: Turn, random: Random): void {
  if (turn.reader.phase.kind === 'resting') turn.set({ phase: { kind: 'identifying', silences: 0 } });
  const { phase } = turn.reader;
  switch (phase.kind) {
    case 'resting':
      return;
    case 'identifying':
      return putPlain(turn, { kind: 'identify' }, 0);
    case 'describing':
      return putPlain(turn, { kind: 'capabilities' }, 1);
    case 'challenging':
      return putChallenge(turn, random);
    case 'proving': {
      const { security, payload } = cryptogramWord(phase.proof);
      return putPlain(turn, { kind: 'cryptogram', cryptogram: payload.subarray(1) }, 1, security);
    }
    case 'secured':
      return putSecured(turn);
  }
}

/** A new random number for every handshake: an old one would open the door to recorded answers. */
function putChallenge(turn: Turn, random: Random): void {
  const { candidate } = turn;
  assert(candidate !== undefined, 'a challenge has a key');
  const randomA = Uint8Array.from(Buffer.from(random.hex(RANDOM_BYTES), 'hex'));
  const challenge: Challenge = { ...candidate, randomA };
  turn.set({ phase: { kind: 'challenging', challenge } });
  putPlain(turn, { kind: 'challenge', random: randomA }, 0, challengeWord(challenge).security);
}

function putPlain(turn: Turn, command: Command, sequence: Sequence, security?: SecurityBlock): void {
  const { address, check } = turn.reader;
  const bytes = encodeFrame({ address, reply: false, sequence, check, security }, encodeCommand(command));
  put(turn, { command, bytes, sequence, ticket: undefined });
}

function putSecured(turn: Turn): void {
  const { phase, address, check } = turn.reader;
  assert(phase.kind === 'secured', 'only an open channel seals');
  const next = nextCommand(turn);
  if (next === undefined) return;
  const sequence = nextSequence(phase.sequence);
  const { bytes, chain } = sealCommand(phase, { address, sequence, check }, encodeCommand(next.command));
  turn.set({ phase: { ...phase, chain, sequence } });
  put(turn, { ...next, bytes, sequence });
}

function nextCommand(turn: Turn): { readonly command: Command; readonly ticket: number | undefined } | undefined {
  const { installation, waiting } = turn.reader;
  if (installation?.stage === 'keeping') return undefined;
  if (installation?.stage === 'setting') {
    const key = installation.newKey.with((bytes) => Uint8Array.from(bytes));
    return { command: { kind: 'set-key', key }, ticket: undefined };
  }
  for (const [place, { command, ticket, since }] of waiting.entries()) {
    if (elapsed(since, turn.at) < COMMAND_MS_MAX) {
      turn.set({ waiting: waiting.slice(place + 1) });
      return { command, ticket };
    }
    if (ticket !== undefined) turn.tell({ kind: 'given-up', ticket, why: 'its turn came too late' });
  }
  turn.set({ waiting: [] });
  return { command: { kind: 'poll' }, ticket: undefined };
}

const put = (turn: Turn, asked: Pick<Asked, 'command' | 'bytes' | 'sequence' | 'ticket'>): void =>
  turn.set({ asked: { ...asked, kind: asked.command.kind, firstAt: turn.at, silences: 0 } });

/** The reader's time for an answer is over. */
export function silence(reader: Reader, at: Monotonic): Step {
  const turn = new Turn(reader, at);
  const { asked, phase } = reader;
  if (asked === undefined) return turn.step;
  const silences = asked.silences + 1;
  if (phase.kind === 'identifying') probeLater(turn, phase.silences);
  else if (phase.kind === 'secured') repeatInChannel(turn, { ...asked, silences });
  else if (silences < HANDSHAKE_SILENCES_MAX) turn.set({ asked: { ...asked, silences }, dueAt: at });
  else if (phase.kind === 'challenging') passedOver(turn);
  else turn.restart('the reader does not answer');
  return turn.step;
}

/** Who it is and what it can the reader told, and then nothing. */
function passedOver(turn: Turn): void {
  const { challengesPassedOver, installation } = turn.reader;
  turn.set({ challengesPassedOver: challengesPassedOver + 1 });
  const refuses = !offersChannel(turn.reader) || challengesPassedOver + 1 >= CHALLENGES_PASSED_OVER_MAX;
  if (refuses && installation === undefined) turn.rest('no-channel');
  else turn.restart('the reader does not answer the challenge');
}

function probeLater(turn: Turn, before: number): void {
  const silences = before + 1;
  const wait = PROBE_MS[Math.min(before, PROBE_MS.length - 1)] ?? millis(0);
  turn.set({
    phase: { kind: 'identifying', silences },
    asked: undefined,
    check: silences % OTHER_CHECK_EVERY === OTHER_CHECK_EVERY - 1 ? 'checksum' : 'crc',
    dueAt: after(turn.at, wait),
  });
}

function repeatInChannel(turn: Turn, asked: Asked): void {
  turn.set({ asked, dueAt: asked.silences <= QUICK_REPEATS ? turn.at : after(turn.at, SLOW_REPEAT_MS) });
}

/** A question of the channel can only be repeated or left behind with the channel: the reader may have heard it. */
function giveUpWhenLate(turn: Turn, { kind, firstAt }: Asked): void {
  const patience = kind === 'poll' ? OFFLINE_MS : COMMAND_MS_MAX;
  if (elapsed(firstAt, turn.at) >= patience) turn.restart(`the reader did not answer within ${patience} ms`);
}
