import { setTimeout as passing } from 'node:timers/promises';
import type { SimulatorCommand } from '#contract/simulator.ts';
import type { DoorMode } from '#core/door/door.ts';
import type { RelayLevel } from '#core/ports/hardware.ts';
import type { BoardRig } from './boardRig.ts';
import type { GateFolder } from './gateFolder.ts';
import { GateProcess } from './gateProcess.ts';
import { storeMode } from './journal.ts';
import { SimulatedHands, signIn } from './screenLine.ts';

export const FRONT = { id: 'front', channel: 1 } as const;
/** Its lock needs power to hold, so that its safe level is the other one. */
export const BACK = { id: 'back', channel: 2 } as const;

/** From the start of a process on; strikes are driven within some hundred milliseconds. */
const STARTING_MS_MAX = 900;
/** A quick finger's pause, below the service's limit of commands a second. */
const PAUSE_MS = { min: 26, max: 60 } as const;
const ACTS_MAX = 5;
/** Long enough for an entry to be written and its strike to move, so that some kills come between the two. */
const AFTER_LAST_CARD_MS_MAX = 14;

/** When a service is killed, and what happens at its doors until then. */
export type LifeKind = 'killed-while-starting' | 'cards' | 'everything';

export interface Life {
  readonly kind: LifeKind;
  readonly mode: DoorMode;
  /** Wall clock: from before its start until it was gone. */
  readonly from: number;
  readonly to: number;
  /** When its process was started and when it was gone, in milliseconds of `performance`. */
  readonly startedAt: number;
  readonly goneAt: number;
  /** The first command at each door, and when both were there; undefined where it was killed before. */
  readonly driven: { readonly front: RelayLevel; readonly back: RelayLevel; readonly at: number } | undefined;
  /** Commands that energised the front door's relay, the start's own apart. */
  readonly energised: number;
  /** Acts that move the strike without an entry before: exit button, beginning and end of a fire. */
  readonly unrecorded: number;
  /** The front door's relay as the dead service left it. */
  readonly left: RelayLevel;
}

export interface LivesParts {
  readonly folder: GateFolder;
  readonly board: BoardRig;
  readonly random: () => number;
}

/** Starts the service, lets things happen at its doors, and kills it at a random moment. */
export async function live(parts: LivesParts, kind: LifeKind, mode: DoorMode): Promise<Life> {
  const { folder, board } = parts;
  storeMode(folder, FRONT.id, mode);
  const before = board.received.length;
  const from = Date.now();
  await using gate = new GateProcess(folder);
  const driven = firstDrives(board, before);
  const unrecorded = kind === 'killed-while-starting' ? await startOnly(parts, gate) : await act(parts, gate, kind);
  await gate.kill();
  const goneAt = performance.now();
  await board.settle();
  const received = board.received.slice(before);
  const atFront = received.filter(({ channel }) => channel === FRONT.channel);
  const energised = atFront.slice(1).filter(({ level }) => level === 'energised').length;
  const there = received.some(({ channel }) => channel === BACK.channel) && atFront.length > 0;
  return {
    kind,
    mode,
    from,
    to: Date.now(),
    startedAt: gate.startedAt,
    goneAt,
    driven: there ? await driven : undefined,
    energised,
    unrecorded,
    left: board.level(FRONT.channel),
  };
}

async function firstDrives(board: BoardRig, from: number): Promise<NonNullable<Life['driven']>> {
  const [front, back] = await Promise.all([board.first(FRONT.channel, from), board.first(BACK.channel, from)]);
  return { front: front.level, back: back.level, at: performance.now() };
}

async function startOnly({ random }: LivesParts, gate: GateProcess): Promise<0> {
  await Promise.race([passing(random() * STARTING_MS_MAX), gate.ready]);
  return 0;
}

/** Resolves with the number of acts that move the strike before their entry. */
async function act({ folder, random }: LivesParts, gate: GateProcess, kind: LifeKind): Promise<number> {
  const port = await gate.ready;
  using hands = await SimulatedHands.take(port, await signIn(port, folder.token));
  let unrecorded = 0;
  const acts = Math.floor(random() * (ACTS_MAX + 1));
  for (let done = 0; done < acts; done++) {
    const command = pick(kind === 'cards' ? CARD_ACTS : ALL_ACTS, random);
    if (command.kind === 'press-rex' || command.kind === 'set-fire') unrecorded++;
    hands.do(command);
    await passing(PAUSE_MS.min + random() * (PAUSE_MS.max - PAUSE_MS.min));
  }
  hands.do({ kind: 'show-card', card: 'card-1' });
  await passing(random() * AFTER_LAST_CARD_MS_MAX);
  return unrecorded;
}

const pick = <Item>(items: readonly Item[], random: () => number): Item => items[Math.floor(random() * items.length)]!;

const CARD_ACTS: readonly SimulatorCommand[] = [
  { kind: 'show-card', card: 'card-1' },
  { kind: 'show-card', card: 'card-2' },
  { kind: 'show-card', card: 'card-unknown' },
  { kind: 'set-contact', contact: 'open' },
  { kind: 'set-contact', contact: 'closed' },
];

const ALL_ACTS: readonly SimulatorCommand[] = [
  ...CARD_ACTS,
  { kind: 'press-rex' },
  { kind: 'press-rex' },
  { kind: 'set-fire', active: true },
  { kind: 'set-fire', active: false },
];
