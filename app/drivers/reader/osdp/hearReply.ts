import { after, millis } from '#core/kernel/units.ts';
import { hearCapabilities, hearIdentity } from './hearNature.ts';
import { POLL_MS, type Asked } from './reader.ts';
import { decodeReply, type Refusal, type Reply, type ReplyKind } from './replies.ts';
import type { OpenedReply } from './secureChannel.ts';
import type { Turn } from './turn.ts';

/** After a BUSY that came through the channel, before the command is given again. */
const BUSY_AGAIN_MS = millis(150);

/** What nobody on the cable may read. */
const SECRET: ReadonlySet<ReplyKind> = new Set<ReplyKind>(['raw', 'formatted', 'keypad']);

/** What came through the channel: the only place where a card, a key or an input is heard. */
export function hearReply(turn: Turn, asked: Asked, { payload, encrypted }: OpenedReply): void {
  const reply = decodeReply(payload);
  turn.set({ dueAt: dueAfter(turn, asked) });
  if (reply?.kind === 'nak') return hearRefusal(turn, asked, reply.refusal);
  if (reply?.kind === 'busy') return askAgain(turn, asked);
  if (turn.reader.installation !== undefined) {
    if (asked.kind === 'set-key') turn.proveNewKey();
    return;
  }
  if (asked.ticket !== undefined) turn.tell({ kind: 'done', ticket: asked.ticket });
  if (reply !== undefined && SECRET.has(reply.kind) && !encrypted) turn.alarm('in-the-clear');
  else if (reply === undefined) turn.tell({ kind: 'not-understood', code: payload[0] ?? 0 });
  else tell(turn, reply);
}

const dueAfter = ({ at, reader }: Turn, asked: Asked): typeof at =>
  reader.waiting.length > 0 || reader.installation !== undefined
    ? at
    : (Math.max(at, after(asked.firstAt, POLL_MS)) as typeof at);

function tell(turn: Turn, reply: Reply): void {
  switch (reply.kind) {
    case 'identity':
      return hearIdentity(turn, reply.identity);
    case 'capabilities':
      return hearCapabilities(turn, reply.capabilities);
    case 'raw':
      return turn.tell({ kind: 'card', reader: reply.reader, bits: reply.bits, wiegand: reply.wiegand });
    case 'formatted': {
      const text = reply.backwards ? Array.from(reply.text).toReversed().join('') : reply.text;
      return turn.tell({ kind: 'card-text', reader: reply.reader, text });
    }
    case 'keypad':
    case 'inputs':
    case 'outputs':
    case 'local':
    case 'readers':
      return turn.tell(reply);
    case 'ack':
    case 'line':
    case 'busy':
    case 'nak':
      return;
    case 'cryptogram':
    case 'initial-mac':
      return turn.tell({ kind: 'not-understood', code: 0 });
  }
}

/** Through the channel a reader refuses a command; only what concerns the channel itself ends it. */
function hearRefusal(turn: Turn, { ticket, kind }: Asked, refusal: Refusal): void {
  if (ticket !== undefined) turn.tell({ kind: 'refused', ticket, refusal });
  if (kind === 'set-key') turn.failInstallation(`the reader refuses a new key: ${refusal}`);
  else if (refusal === 'sequence' || refusal === 'no-such-security' || refusal === 'security-required') {
    turn.restart(`the reader refused a frame of the channel: ${refusal}`);
  }
}

/** Its number is used up: the command is a new question. */
function askAgain(turn: Turn, { command, ticket, firstAt, kind }: Asked): void {
  const waits = kind === 'poll' || kind === 'set-key' ? [] : [{ command, ticket, since: firstAt }];
  turn.set({ waiting: [...waits, ...turn.reader.waiting], dueAt: after(turn.at, BUSY_AGAIN_MS) });
}
