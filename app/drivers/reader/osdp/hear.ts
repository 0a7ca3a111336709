import { after, millis, type Monotonic } from '#core/kernel/units.ts';
import type { BaseKey } from './baseKey.ts';
import type { Frame } from './frames.ts';
import { hearReply } from './hearReply.ts';
import type { Asked, Reader, Step } from './reader.ts';
import { hearCapabilities, hearIdentity } from './hearNature.ts';
import { CAPABILITY, decodeReply, replyKindOf, type ReplyKind } from './replies.ts';
import { chainFrom, openReply, proofFrom } from './secureChannel.ts';
import { Turn } from './turn.ts';

/** After BUSY, before the same is asked again. */
const BUSY_MS = millis(150);

/** What a reader may say outside the channel; whatever else it says there is an alarm, and not heard. */
const CLEAR: ReadonlySet<ReplyKind> = new Set<ReplyKind>([
  'identity',
  'capabilities',
  'cryptogram',
  'initial-mac',
  'nak',
  'busy',
]);

export interface Heard {
  readonly step: Step;
  /** Was it the answer? The line is free then. */
  readonly answered: boolean;
}

export interface HearOptions {
  /** Is the reader the one that was asked and has not answered yet? */
  readonly expected: boolean;
  /** Keys that no channel in service may come from. */
  readonly keyRefused: (key: BaseKey) => boolean;
}

/** A frame with the reader's address. */
export function hearFrame(reader: Reader, frame: Frame, at: Monotonic, options: HearOptions): Heard {
  const turn = new Turn(reader, at);
  const answered = hear(turn, frame, options);
  return { step: turn.step, answered };
}

function hear(turn: Turn, frame: Frame, { expected, keyRefused }: HearOptions): boolean {
  const { asked, phase } = turn.reader;
  const kind = replyKindOf(frame.payload);
  if (frame.security === undefined) {
    const setsKey = asked?.kind === 'set-key' && kind === 'ack' && frame.sequence === asked.sequence;
    // Some readers use a new key from the acknowledgement on. Whether they have it is proved next.
    if (expected && setsKey) return done(() => turn.proveNewKey());
    if (kind === undefined || !CLEAR.has(kind)) return hearInTheClear(turn, expected);
  }
  if (!expected || asked === undefined) return false;
  // BUSY comes in the clear and, by the standard, with the number 0; it says nothing and settles nothing.
  if (frame.security === undefined && kind === 'busy') return done(() => turn.set({ dueAt: after(turn.at, BUSY_MS) }));
  if (frame.security === undefined && kind === 'nak') return done(() => hearClearRefusal(turn, frame, keyRefused));
  if (frame.sequence !== asked.sequence) return false;
  if (phase.kind === 'secured') return done(() => hearThroughChannel(turn, asked, frame));
  return done(() => hearHandshake(turn, frame, keyRefused));
}

function done(act: () => void): true {
  act();
  return true;
}

/** Whoever speaks so has left the channel, or is somebody else: it is opened anew. */
function hearInTheClear(turn: Turn, expected: boolean): boolean {
  turn.alarm('in-the-clear');
  turn.restart('something was said outside the channel');
  return expected;
}

function hearThroughChannel(turn: Turn, asked: Asked, frame: Frame): void {
  const { phase } = turn.reader;
  if (phase.kind !== 'secured') return;
  const opened = openReply(phase, frame);
  if (opened === undefined) {
    turn.alarm(frame.security === undefined ? 'in-the-clear' : 'forged');
    turn.restart('a frame did not carry the MAC of the channel');
    return;
  }
  turn.set({ phase: { ...phase, chain: opened.chain }, asked: undefined });
  turn.proven();
  hearReply(turn, asked, opened);
}

function hearHandshake(turn: Turn, frame: Frame, keyRefused: (key: BaseKey) => boolean): void {
  const { phase } = turn.reader;
  const reply = decodeReply(frame.payload);
  turn.set({ asked: undefined, dueAt: turn.at });
  if (phase.kind === 'identifying' && reply?.kind === 'identity') {
    turn.set({ phase: { kind: 'describing' } });
    hearIdentity(turn, reply.identity);
  } else if (phase.kind === 'describing' && reply?.kind === 'capabilities') {
    hearCapabilities(turn, reply.capabilities);
    turn.challenge(keyRefused);
  } else if (phase.kind === 'challenging' && phase.challenge !== undefined) {
    const proof = proofFrom(phase.challenge, frame);
    if (proof === 'form') turn.restart('the answer to the challenge makes no sense');
    else if (typeof proof === 'string') turn.keyFailed(proof, keyRefused);
    else turn.set({ phase: { kind: 'proving', proof } });
  } else if (phase.kind === 'proving') openChannel(turn, frame, keyRefused);
  else turn.restart('the reader answered something else');
}

function openChannel(turn: Turn, frame: Frame, keyRefused: (key: BaseKey) => boolean): void {
  const { phase, installation, keys, keyTried } = turn.reader;
  if (phase.kind !== 'proving') return;
  const { proof } = phase;
  const chain = chainFrom(proof, frame);
  if (chain === undefined) return turn.keyFailed('wrong-key', keyRefused);
  turn.set({
    challengesPassedOver: 0,
    phase: { kind: 'secured', uid: proof.uid, keys: proof.keys, chain, sequence: 1, since: turn.at, proven: false },
  });
  turn.tell({ kind: 'channel-open', uid: proof.uid });
  if (installation?.stage === 'opening') {
    turn.set({ installation: { ...installation, stage: 'keeping' }, dueAt: installation.until });
    turn.tell({ kind: 'keep-keys', keys: [installation.newKey, ...keys], answers: true });
  } else if (installation?.stage === 'proving') {
    turn.settle([installation.newKey]);
    turn.set({ installation: undefined });
    turn.forget(...installation.candidates.map(({ base }) => base));
    turn.tell({ kind: 'installed' });
  } else if (keys.length > 1) turn.settle(keys.slice(keyTried, keyTried + 1));
  if (turn.reader.installation === undefined) askStatus(turn);
}

/** What the reader tells unasked only when it changes. */
function askStatus(turn: Turn): void {
  const { identity, capabilities, asksStatus, waiting } = turn.reader;
  const kinds: ('identify' | 'capabilities' | 'local-status' | 'input-status')[] = [];
  if (identity === undefined) kinds.push('identify');
  if (capabilities === undefined) kinds.push('capabilities');
  if (asksStatus) kinds.push('local-status');
  const inputs = capabilities?.find(({ code }) => code === CAPABILITY.inputs);
  if (asksStatus && (inputs?.count ?? 0) > 0) kinds.push('input-status');
  const asks = kinds.map((kind) => ({ command: { kind }, ticket: undefined, since: turn.at }));
  turn.set({ waiting: [...waiting, ...asks] });
}

function hearClearRefusal(turn: Turn, frame: Frame, keyRefused: (key: BaseKey) => boolean): void {
  const reply = decodeReply(frame.payload);
  const refusal = reply?.kind === 'nak' ? reply.refusal : 'other';
  const { phase, check } = turn.reader;
  // Noise on its side; the same frame again is understood.
  if (phase.kind === 'secured' && refusal === 'check') turn.set({ dueAt: turn.at });
  else if (phase.kind === 'secured' || refusal === 'sequence') {
    turn.restart(`the reader refused a frame of the channel: ${refusal}`);
  } else if (refusal === 'check') {
    turn.restart('the reader did not understand the check of a frame');
    turn.set({ check: check === 'crc' ? 'checksum' : 'crc' });
  } else if (phase.kind === 'identifying' || phase.kind === 'describing') {
    // It says who it is inside the channel alone, or not at all.
    turn.set({ asked: undefined });
    turn.challenge(keyRefused);
  } else turn.keyFailed(phase.kind === 'proving' ? 'wrong-key' : 'no-channel', keyRefused);
}
