import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { antiPassbackStep, NOBODY_SEEN, type AntiPassback, type AntiPassbackRule } from '#core/access/antiPassback.ts';
import { decisionEntries } from '#core/access/decisionEntries.ts';
import type { AccessDecision } from '#core/access/decide.ts';
import { recallSpan, recallStep, WHEREABOUTS_MS_MAX, withRecalled } from '#core/access/recall.ts';
import {
  NOTHING_HAPPENED,
  onCalledOff,
  onDecision,
  onOutcome,
  peopleOf,
  rulesIn,
  type Setting,
  type Situation,
} from '#core/access/situation.ts';
import type { JournalEntry, JournalEvent } from '#core/journal/entry.ts';
import type { AreaId, DoorId, Pseudonym } from '#core/kernel/ids.ts';
import { millis, monotonic, wallTime } from '#core/kernel/units.ts';
import { accessPoint, pseudonym } from '../people.ts';

const STREET = 'street' as AreaId;
const HALL = 'hall' as AreaId;
const IN = { from: STREET, to: HALL };
const OUT = { from: HALL, to: STREET };
const hard = (crossing: typeof IN): AntiPassbackRule => ({ kind: 'hard', crossing });
const [DOOR, PLAIN, LANE] = ['door', 'plain', 'lane'].map((id) => id as DoorId) as [DoorId, DoorId, DoorId];

/** A door with a reader on either side, one without a contact, and a turnstile. */
const SETTINGS: readonly Setting[] = [
  { accessPoint: accessPoint('in'), door: DOOR, showsPassage: true, antiPassback: hard(IN) },
  { accessPoint: accessPoint('out'), door: DOOR, showsPassage: true, antiPassback: hard(OUT) },
  { accessPoint: accessPoint('plain'), door: PLAIN, showsPassage: false, antiPassback: hard(IN) },
  { accessPoint: accessPoint('lane-in'), door: LANE, direction: 'entry', showsPassage: true, antiPassback: hard(IN) },
  { accessPoint: accessPoint('lane-out'), door: LANE, direction: 'exit', showsPassage: true, antiPassback: hard(OUT) },
];
const PEOPLE = ['anna', 'bo', 'chen', 'dana'];
/** The wall clock runs this far ahead of the clock of the run; the run after it began later. */
const WALL = 1_000_000;
const CLOCKS = { now: monotonic(500), wall: wallTime(WALL + 10_000_000) };

/** A gate that does what it is told and writes what it does. */
class Lived {
  situation: Situation = NOTHING_HAPPENED;
  readonly journal: JournalEntry[] = [];
  at = 0;

  ask(setting: Setting, name: string, companion?: string): void {
    const decision: AccessDecision = {
      kind: 'granted',
      holder: pseudonym(name),
      factors: ['card'],
      ...(companion === undefined || companion === name ? {} : { companion: pseudonym(companion) }),
    };
    this.situation = onDecision(this.situation, setting, { decision, opensFirst: false, at: monotonic(this.at) })[0];
    for (const { event, subject } of decisionEntries(decision, setting as never, true)) this.write(event, subject);
    this.last = { setting, decision };
  }

  last: { setting: Setting; decision: Extract<AccessDecision, { kind: 'granted' }> } | undefined;

  callOff(): void {
    if (this.last === undefined) return;
    const { setting, decision } = this.last;
    this.situation = onCalledOff(this.situation, setting, peopleOf(decision));
    const { accessPoint: at } = setting;
    this.write({ kind: 'access-denied', accessPoint: at, reason: 'strike-unreachable' }, decision.holder);
  }

  outcome({ door, direction }: Setting, taken: boolean): void {
    const kind = taken ? 'access-taken' : 'access-not-taken';
    this.write(direction === undefined ? { kind, door } : { kind: 'turnstile', event: kind, door, direction });
    for (const setting of SETTINGS) {
      if (setting.door !== door || setting.direction !== direction || !setting.showsPassage) continue;
      const outcome = taken ? ({ taken, at: monotonic(this.at) } as const) : ({ taken: false } as const);
      this.situation = onOutcome(this.situation, setting, outcome)[0];
    }
  }

  excuse(name: string): void {
    this.#step({ kind: 'excuse', holder: pseudonym(name) });
    this.write({ kind: 'passback-reset', whose: 'excused' }, pseudonym(name));
  }

  forget(name: string | undefined): void {
    const holder = name === undefined ? undefined : pseudonym(name);
    this.#step({ kind: 'reset', whose: holder === undefined ? { kind: 'everybody' } : { kind: 'holder', holder } });
    this.write({ kind: 'passback-reset', whose: holder === undefined ? 'everybody' : 'holder' }, holder);
  }

  write(event: JournalEvent, subject?: Pseudonym): void {
    this.journal.push({ at: wallTime(WALL + this.at), event, ...(subject === undefined ? {} : { subject }) });
  }

  #step(input: Parameters<typeof antiPassbackStep>[1]): void {
    this.situation = { ...this.situation, antiPassback: antiPassbackStep(this.situation.antiPassback, input) };
  }
}

const recalled = (journal: readonly JournalEntry[]): AntiPassback =>
  journal.reduce<AntiPassback>(
    (state, entry) => recallStep(state, entry, { settings: SETTINGS, clocks: CLOCKS }),
    NOBODY_SEEN,
  );
const areas = ({ whereabouts }: AntiPassback): Record<string, AreaId> =>
  Object.fromEntries([...whereabouts.entries()].map(([holder, { area }]) => [holder, area]));

const acts = fc.array(
  fc.record({
    kind: fc.constantFrom('ask', 'ask', 'taken', 'taken', 'not-taken', 'pair', 'call-off', 'excuse', 'forget', 'all'),
    setting: fc.constantFrom(...SETTINGS),
    who: fc.constantFrom(...PEOPLE),
    with: fc.constantFrom(...PEOPLE),
    wait: fc.nat(10_000),
  }),
  { maxLength: 40 },
);

function live(list: typeof acts extends fc.Arbitrary<infer Acts> ? Acts : never): Lived {
  const lived = new Lived();
  for (const act of list) {
    lived.at += act.wait;
    if (act.kind === 'ask') lived.ask(act.setting, act.who);
    // A pair that is called off has one entry for both: told below.
    if (act.kind === 'pair') lived.ask(act.setting, act.who, act.with);
    if (act.kind === 'taken' || act.kind === 'not-taken') lived.outcome(act.setting, act.kind === 'taken');
    if (act.kind === 'call-off' && lived.last?.decision.companion === undefined) lived.callOff();
    if (act.kind !== 'ask' && act.kind !== 'pair') lived.last = undefined;
    if (act.kind === 'excuse') lived.excuse(act.who);
    if (act.kind === 'forget') lived.forget(act.who);
    if (act.kind === 'all') lived.forget(undefined);
  }
  return lived;
}

describe('what the journal says of where people are', () => {
  it('is what the gate knew, whatever happened', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const lived = live(list);
        const known = lived.situation.antiPassback;
        const again = withRecalled(NOBODY_SEEN, recalled(lived.journal));
        expect(areas(again)).toEqual(areas(known));
        expect([...again.excused].toSorted()).toEqual([...known.excused].toSorted());
        for (const [holder, { since }] of known.whereabouts.entries()) {
          const ago = CLOCKS.wall - (WALL + since);
          expect(again.whereabouts.get(holder)?.since).toBe(CLOCKS.now - ago);
        }
        expect(again.going.size).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives nobody the passage of somebody who is erased', () => {
    fc.assert(
      fc.property(acts, fc.constantFrom(...PEOPLE), (list, gone) => {
        const { journal, situation } = live(list.filter(({ kind, who }) => kind !== 'forget' || who !== gone));
        const left = journal.map(({ subject, ...entry }) =>
          subject === undefined || subject === pseudonym(gone) ? entry : { ...entry, subject },
        );
        const { [pseudonym(gone)]: _erased, ...others } = areas(situation.antiPassback);
        expect(areas(withRecalled(NOBODY_SEEN, recalled(left)))).toEqual(others);
      }),
      { numRuns: 500 },
    );
  });

  it('yields to what was seen since', () => {
    const [first, second] = [new Lived(), new Lived()];
    const [into, out] = SETTINGS as [Setting, Setting];
    for (const name of ['anna', 'bo']) first.ask(into, name);
    first.outcome(into, true);
    second.ask(out, 'anna');
    second.outcome(out, true);
    const both = withRecalled(second.situation.antiPassback, recalled(first.journal));
    expect(areas(both)).toEqual({ [pseudonym('anna')]: STREET, [pseudonym('bo')]: HALL });
  });

  it('is read as far back as somebody may be refused by it, and not at all where nobody is', () => {
    const timed = { kind: 'timed', crossing: IN, againAfterMs: millis(60_000) } as const;
    expect(recallSpan([undefined, { kind: 'soft', crossing: IN }])).toBeUndefined();
    expect(recallSpan([timed, undefined])).toBe(60_000);
    expect(recallSpan([timed, hard(IN)])).toBe(WHEREABOUTS_MS_MAX);
  });
});

it('nobody is held back by anti-passback at the exit of a turnstile', () => {
  const exit = SETTINGS.find(({ direction }) => direction === 'exit')!;
  expect(rulesIn(NOTHING_HAPPENED, exit, monotonic(0)).antiPassback?.rule).toEqual({ kind: 'soft', crossing: OUT });
});
