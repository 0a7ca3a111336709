import { expect, it } from 'vitest';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { AccessPointId, AreaId, DoorId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import { GateFixture } from './gateFixture.ts';
import { card, somebody } from './people.ts';
import {
  BACK,
  ENTRANCE,
  FRONT,
  INNER,
  LANE,
  LANE_IN,
  LANE_OUT,
  placed,
  withBackDoor,
  withTurnstile,
} from './ruledGate.ts';

const HOUR_MS = 3_600_000;
const PEOPLE = ['a1', 'b1', 'c1', 'd1'];
const READERS: readonly AccessPointId[] = [ENTRANCE, INNER, LANE_IN, LANE_OUT];
const BARRIERS: readonly DoorId[] = [FRONT, BACK, LANE];
const CHANNELS: ReadonlyMap<DoorId, readonly number[]> = new Map([
  [FRONT, [1]],
  [BACK, [2]],
  [LANE, [3, 4]],
]);

/** An air lock of two doors and a turnstile, with anti-passback that records at each of them. */
function house(config: TerminalConfig): TerminalConfig {
  const whole = withTurnstile(withBackDoor(config));
  const barriers = whole.access.barriers.map((one) => (one.door === LANE ? one : { ...one, interlock: 'air-lock' }));
  const crossing = { from: 'street' as AreaId, to: 'house' as AreaId };
  const locked = { ...whole, access: { ...whole.access, barriers } };
  return READERS.reduce<TerminalConfig>(
    (made, at) => placed(at, { antiPassback: { kind: 'soft', crossing } })(made),
    locked,
  );
}

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** Everything that people, installers with pliers and operators do to a gate. */
class Hour {
  readonly expected = { answers: 0, egress: 0, linksLost: 0, linksBack: 0 };
  answers = 0;
  /** The relay that stands unlocked now for whoever has just pressed an exit button. */
  leaving: number | undefined;
  readonly #gate: GateFixture;
  readonly #random: (below: number) => number;

  constructor(gate: GateFixture, seed: number) {
    this.#gate = gate;
    this.#random = randomOf(seed);
    for (const at of READERS) gate.readerAt(at).onSignal(() => this.answers++);
  }

  get stepMs(): number {
    return 200 + this.#random(3_000);
  }

  act(): void {
    this.leaving = undefined;
    const acts: readonly (() => void)[] = [
      () => this.#card(),
      () => this.#card(),
      () => this.#card(),
      () => this.#leaf(),
      () => this.#leaf(),
      () => this.#turn(),
      () => this.#turn(),
      () => this.#exit(),
      () => this.#fire(),
      () => this.#mode(),
      () => this.#boardLine(this.#random(2) === 0),
      () => this.#boardLine(true),
      () => this.#inputsLine(this.#pick(BARRIERS), this.#random(2) === 0),
      () => this.#readerLine(this.#pick(READERS), this.#random(2) === 0),
    ];
    this.#pick(acts)();
  }

  /** Everything is plugged in again, shut, and as an operator wants it by day. */
  mend(): void {
    this.#boardLine(true);
    for (const at of READERS) this.#readerLine(at, true);
    for (const door of BARRIERS) {
      this.#inputsLine(door, true);
      this.#gate.terminal.modes.revoke(door);
      for (const input of ['fire', 'emergency', 'contact', 'rex'] as const) this.#move(door, input, false);
    }
  }

  #card(): void {
    const reader = this.#gate.readerAt(this.#pick(READERS));
    if (reader.link === 'up') this.expected.answers++;
    reader.show(card(this.#pick(PEOPLE)));
  }

  #leaf(): void {
    const door = this.#pick([FRONT, BACK]);
    this.#move(door, 'contact', this.#random(2) === 0);
  }

  #turn(): void {
    const way = this.#pick(['passed-entry', 'passed-exit'] as const);
    this.#move(LANE, way, true);
    this.#move(LANE, way, false);
  }

  #exit(): void {
    const door = this.#pick(BARRIERS);
    this.#move(door, 'rex', false);
    if (this.#inputs(door).link === 'up') this.expected.egress++;
    this.#move(door, 'rex', true);
    if (this.#inputs(door).link === 'up' && this.#gate.board.link === 'up') {
      this.leaving = door === LANE ? 4 : CHANNELS.get(door)![0]!;
    }
    this.#move(door, 'rex', false);
  }

  #fire(): void {
    const door = this.#pick(BARRIERS);
    this.#move(door, door === LANE ? this.#pick(['fire', 'emergency'] as const) : 'fire', this.#random(4) === 0);
  }

  #mode(): void {
    const { modes } = this.#gate.terminal;
    const door = this.#pick(BARRIERS);
    if (this.#random(2) === 0) return modes.revoke(door);
    const until = wallTime(this.#gate.clock.wall() + this.#random(60_000));
    modes.order(door, { mode: this.#pick(['unlocked', 'locked-down', 'normal'] as const), until });
  }

  #boardLine(up: boolean): void {
    const { board } = this.#gate;
    if ((board.link === 'up') === up) return;
    // Each of the five relays has a link of its own.
    if (up) this.expected.linksBack += 5;
    else this.expected.linksLost += 5;
    board.setLine(up ? 'up' : 'down');
  }

  #inputsLine(door: DoorId, up: boolean): void {
    const inputs = this.#inputs(door);
    if ((inputs.link === 'up') === up) return;
    // An exit button that is let go of while nobody reads it is no exit when it is read again.
    if (!up) this.#move(door, 'rex', false);
    this.#countLink(up);
    inputs.setLine(up ? 'up' : 'down');
  }

  #readerLine(at: AccessPointId, up: boolean): void {
    const reader = this.#gate.readerAt(at);
    if ((reader.link === 'up') === up) return;
    this.#countLink(up);
    reader.setLine(up ? 'up' : 'down');
  }

  #countLink(up: boolean): void {
    if (up) this.expected.linksBack++;
    else this.expected.linksLost++;
  }

  #move(door: DoorId, input: Parameters<SimulatedInputs['set']>[0], active: boolean): void {
    const inputs = this.#inputs(door);
    // A button that is pressed while nobody reads it is not held until somebody does.
    if (input === 'rex' && inputs.link === 'down') return;
    if (inputs.fitted.has(input)) inputs.set(input, active);
  }

  #inputs(door: DoorId): SimulatedInputs {
    return this.#gate.inputsOf(door);
  }

  #pick<One>(from: readonly One[]): One {
    return from[this.#random(from.length)]!;
  }
}

const count = (
  gate: GateFixture,
  holds: (event: GateFixture['journal']['recorded'][number]['event']) => boolean,
): number => gate.journal.recorded.filter(({ event }) => holds(event)).length;

it.each([1, 20_260_105, 77_123])(
  'an hour of cards, cut lines, fire and orders leaves no relay stuck and no event lost (seed %i)',
  async (seed) => {
    const people = PEOPLE.map((number) => somebody(number, number));
    const gate = await GateFixture.start({ mode: 'no-face', people, configured: house });
    const hour = new Hour(gate, seed);
    const end = gate.clock.monotonic() + HOUR_MS;
    while (gate.clock.monotonic() < end) {
      hour.act();
      await settled(gate);
      if (hour.leaving !== undefined) expect(gate.board.level(hour.leaving)).toBe('energised');
      for (const door of BARRIERS) expectLockedWhereItSaysSo(gate, door);
      gate.clock.advance(hour.stepMs);
    }
    hour.mend();
    await settled(gate);
    gate.clock.advance(120_000);
    await settled(gate);

    expect([1, 2, 3, 4, 5].map((channel) => gate.board.level(channel))).toEqual(Array(5).fill('de-energised'));
    expect(BARRIERS.map((door) => gate.barriers.get(door)!.mode)).toEqual(['normal', 'normal', 'normal']);
    expect(hour.answers).toBe(hour.expected.answers);
    expect(count(gate, ({ kind }) => kind === 'link-lost')).toBe(hour.expected.linksLost);
    expect(count(gate, ({ kind }) => kind === 'link-restored')).toBe(hour.expected.linksBack);
    const egress = count(
      gate,
      (event) => event.kind === 'egress' || (event.kind === 'turnstile' && event.event === 'egress'),
    );
    expect(egress).toBe(hour.expected.egress);
    expectOutcomes(gate);
  },
);

/** No time passes; the relay and the journal answer within a few turns. */
async function settled(_: GateFixture): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function expectLockedWhereItSaysSo(gate: GateFixture, door: DoorId): void {
  const barrier = gate.barriers.get(door)!;
  if (gate.board.link === 'down' || barrier.told === 'unlocked' || barrier.told === 'open') return;
  if (barrier.state !== undefined && 'passage' in barrier.state && barrier.state.passage !== undefined) return;
  for (const channel of CHANNELS.get(door)!) expect(gate.board.level(channel)).toBe('de-energised');
}

/** Every grant of the turnstile that reached it was taken or not taken, and nobody is still awaited anywhere. */
function expectOutcomes(gate: GateFixture): void {
  const atLane = (event: object): boolean =>
    'accessPoint' in event && (event.accessPoint === LANE_IN || event.accessPoint === LANE_OUT);
  const granted = count(gate, (event) => event.kind === 'access-granted' && atLane(event));
  const lost = count(
    gate,
    (event) => event.kind === 'access-denied' && event.reason === 'strike-unreachable' && atLane(event),
  );
  const ended = count(
    gate,
    (event) => event.kind === 'turnstile' && (event.event === 'access-taken' || event.event === 'access-not-taken'),
  );
  expect(granted).toBeGreaterThan(50);
  expect(ended).toBe(granted - lost);
  const taken = count(gate, ({ kind }) => kind === 'access-taken' || kind === 'access-not-taken');
  expect(taken).toBeGreaterThan(10);
  expect(gate.terminal.rules.rulesAt(ENTRANCE).antiPassback?.state.going.size).toBe(0);
}
