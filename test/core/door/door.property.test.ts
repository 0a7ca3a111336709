import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDeadline, type DoorEvent } from '#core/door/door.ts';
import { DoorModel } from './doorModel.ts';
import { contacts, DoorWorld, histories, recordsOf, type Happening, type History, lockPosition } from './doorWorld.ts';

const RUNS = { numRuns: 2_000 };
const anyDoor = histories(fc.oneof(contacts, fc.constant('not-fitted' as const)));
const doorWithContact = histories(contacts);

const shuts = (happening: Happening): boolean => 'contact' in happening && happening.contact === 'closed';

/** Lets a history happen to a door and to the model of it; `check` looks after every happening. */
function live(
  history: History,
  check: (seen: {
    world: DoorWorld;
    model: DoorModel;
    before: DoorWorld['door'];
    last: History['events'][number];
  }) => void,
  punctual = true,
): { world: DoorWorld; model: DoorModel } {
  const world = new DoorWorld({ ...history, punctual });
  const model = new DoorModel(history.demand, history.contact === 'open' ? 'open' : 'closed', history.timings);
  for (const last of history.events) {
    world.advance(last.wait);
    const before = world.door;
    model.happen(last.happening, world.now);
    world.happen(last.happening);
    check({ world, model, before, last });
  }
  return { world, model };
}

describe('a door, whatever happens to it', () => {
  it('unlocks for a REX and for fire first of all, in every state and every mode', () => {
    fc.assert(
      fc.property(anyDoor, (history) => {
        live(history, ({ world, last: { happening } }) => {
          if (happening.kind === 'rex') expect(world.lastEffects[0]?.kind).toBe('unlock');
          if (happening.kind === 'fire' && happening.active) {
            expect(world.lastEffects[0]).toEqual({ kind: 'unlock', forMs: 'until-driven' });
          }
        });
      }),
      RUNS,
    );
  });

  it('has its relay exactly where the rules want it, at every moment', () => {
    fc.assert(
      fc.property(anyDoor, (history) => {
        const { world, model } = live(history, (seen) => {
          expect(seen.world.position).toBe(seen.model.mustBe(seen.world.now));
          expect(lockPosition(seen.world.door.state, seen.world.now)).toBe(seen.world.position);
        });
        world.advance(60_000);
        expect(world.position).toBe(model.demanded ? 'unlocked' : 'locked');
      }),
      RUNS,
    );
  });

  it('tells whoever lets somebody in that it refuses, in a lock-down and never otherwise', () => {
    fc.assert(
      fc.property(anyDoor, (history) => {
        live(history, ({ world, model, last: { happening } }) => {
          const refuses = world.lastEffects.some(({ kind }) => kind === 'refuse');
          expect(refuses).toBe(happening.kind === 'granted' && model.lockedDown);
        });
      }),
      RUNS,
    );
  });

  it('lets nobody in by a grant whose strike is lost, and leaves exits and demands as they were', () => {
    fc.assert(
      fc.property(anyDoor, (history) => {
        live(history, ({ world, before, last: { happening } }) => {
          if (happening.kind !== 'strike-lost') return;
          const after = world.door.state;
          const passage = 'passage' in after ? after.passage : undefined;
          expect(passage?.by).not.toBe('access');
          expect(passage?.awaited).not.toBe(true);
          expect(recordsOf(world.lastEffects)).toEqual([]);
          expect(after.kind).toBe(
            before.state.kind === 'accessed' && passage === undefined ? 'locked' : before.state.kind,
          );
          if (before.state.kind === 'standing-unlocked') expect(world.lastEffects).toEqual([]);
        });
      }),
      RUNS,
    );
  });

  it('is locked in time even when nobody steps it: every pulse ends by itself', () => {
    fc.assert(
      fc.property(anyDoor, (history) => {
        live(
          history,
          ({ world, model }) => {
            if (model.mustBe(world.now) === 'locked') expect(world.position).toBe('locked');
          },
          false,
        );
      }),
      RUNS,
    );
  });

  it('stands unlocked exactly while fire or the mode demands it', () => {
    fc.assert(
      fc.property(anyDoor, (history) => {
        live(history, ({ world, model }) => {
          expect(world.door.state.kind === 'standing-unlocked').toBe(model.demanded);
        });
      }),
      RUNS,
    );
  });

  it('was forced exactly where it opened while nobody might pass', () => {
    fc.assert(
      fc.property(doorWithContact, (history) => {
        const world = new DoorWorld(history);
        const model = new DoorModel(history.demand, history.contact === 'open' ? 'open' : 'closed', history.timings);
        for (const { wait, happening } of history.events) {
          world.advance(wait);
          const opens = happening.kind === 'contact' && happening.contact === 'open' && model.leaf === 'closed';
          const forced = opens && model.mustBe(world.now) === 'locked';
          model.happen(happening, world.now);
          world.happen(happening);
          expect(recordsOf(world.lastEffects).includes('door-forced-open')).toBe(forced);
        }
      }),
      RUNS,
    );
  });

  it('claims no force where nobody knew of its leaf, says that it is open, and times it from then on', () => {
    fc.assert(
      fc.property(doorWithContact, (history) => {
        const world = new DoorWorld(history);
        const model = new DoorModel(history.demand, history.contact === 'open' ? 'open' : 'closed', history.timings);
        for (const { wait, happening } of history.events) {
          world.advance(wait);
          const opens = happening.kind === 'contact-found' && happening.contact === 'open' && model.leaf === 'closed';
          const unasked = opens && model.mustBe(world.now) === 'locked';
          model.happen(happening, world.now);
          world.happen(happening);
          expect(recordsOf(world.lastEffects).includes('door-found-open')).toBe(unasked);
          if (!opens) continue;
          expect(world.door.state.kind).toBe(model.demanded ? 'standing-unlocked' : 'open');
          if (!unasked) continue;
          const { heldOpenMs } = history.timings;
          const left = new DoorWorld(history);
          Object.assign(left, { door: world.door, now: world.now });
          const told = left.records.length;
          left.advance(heldOpenMs - 1);
          expect(left.door.state.kind).toBe('open');
          left.advance(1);
          expect(left.door.state.kind).toBe('held-open');
          expect(left.records.slice(told)).toEqual(['door-held-open']);
        }
      }),
      RUNS,
    );
  });

  it('ends every alarm with the shutting of its leaf, and with nothing else but a demand to stand unlocked', () => {
    fc.assert(
      fc.property(doorWithContact, (history) => {
        const alarmed = (world: DoorWorld): boolean =>
          world.door.state.kind === 'held-open' || world.door.state.kind === 'forced-open';
        live(history, ({ world, before, last: { happening } }) => {
          const was = before.state.kind === 'held-open' || before.state.kind === 'forced-open';
          const shut = shuts(happening);
          expect(recordsOf(world.lastEffects).includes('door-closed')).toBe(was && shut);
          if (was && !shut && world.door.state.kind !== 'standing-unlocked') expect(alarmed(world)).toBe(true);
        });
      }),
      RUNS,
    );
  });

  it('does not stand open for ever unnoticed', () => {
    fc.assert(
      fc.property(doorWithContact, (history) => {
        const { world, model } = live(history, () => undefined);
        world.advance(history.timings.heldOpenMs);
        if (model.leaf === 'open' && !model.demanded)
          expect(['held-open', 'forced-open']).toContain(world.door.state.kind);
      }),
      RUNS,
    );
  });

  it('has met all its deadlines after two steps of time', () => {
    fc.assert(
      fc.property(anyDoor, (history) => {
        const { world } = live(history, () => undefined);
        for (let step = 0; step < 2; step++) {
          const deadline = nextDeadline(world.door.state);
          if (deadline === undefined) break;
          expect(deadline).toBeGreaterThanOrEqual(world.now);
          world.advance(deadline - world.now);
        }
        expect(nextDeadline(world.door.state)).toBeUndefined();
      }),
      RUNS,
    );
  });
});

describe("a door's journal, whatever happens", () => {
  const outcomes: readonly DoorEvent[] = ['access-taken', 'access-not-taken'];

  it('has one outcome for every grant that reaches the strike, no later than the last release, and no outcome without a grant', () => {
    fc.assert(
      fc.property(doorWithContact, (history) => {
        let asked = 0;
        let waiting = false;
        const world = new DoorWorld(history);
        const follow = (records: readonly DoorEvent[]): void => {
          const found = records.filter((record) => outcomes.includes(record));
          expect(found.length).toBeLessThanOrEqual(1);
          if (found.length === 0) return;
          expect(waiting, 'an outcome belongs to a grant').toBe(true);
          waiting = false;
        };
        let told = world.records.length;
        const catchUp = (): void => {
          follow(world.records.slice(told));
          told = world.records.length;
        };
        for (const { wait, happening } of history.events) {
          world.advance(wait);
          catchUp();
          if (waiting) expect(world.now).toBeLessThan(asked + history.timings.releaseMs);
          if (happening.kind === 'granted') waiting = true;
          if (happening.kind === 'granted' || happening.kind === 'rex') asked = world.now;
          world.happen(happening);
          if (happening.kind === 'strike-lost') waiting = false;
          catchUp();
        }
        world.advance(history.timings.releaseMs);
        catchUp();
        expect(waiting).toBe(false);
      }),
      RUNS,
    );
  });

  it('says "taken" only where the leaf opened or stood open, and never by an exit alone', () => {
    fc.assert(
      fc.property(doorWithContact, (history) => {
        let asked = false;
        live(history, ({ world, model, last: { happening } }) => {
          asked ||= happening.kind === 'granted';
          if (!recordsOf(world.lastEffects).includes('access-taken')) return;
          expect(asked).toBe(true);
          expect(model.leaf).toBe('open');
        });
      }),
      RUNS,
    );
  });

  it('claims nothing about passages where no contact is fitted', () => {
    fc.assert(
      fc.property(histories(fc.constant('not-fitted' as const)), (history) => {
        const refused = (world: DoorWorld): boolean => world.door.demand.mode === 'locked-down';
        live(history, ({ world, last: { happening } }) => {
          const found = recordsOf(world.lastEffects).filter((record) => outcomes.includes(record));
          if (happening.kind === 'granted' && refused(world)) expect(found).toEqual(['access-not-taken']);
          else expect(found).toEqual([]);
        });
      }),
      RUNS,
    );
  });

  it('has one entry for every REX, and fire begins and ends in turn', () => {
    fc.assert(
      fc.property(anyDoor, (history) => {
        const { world } = live(history, () => undefined);
        const presses = history.events.filter(({ happening }) => happening.kind === 'rex').length;
        expect(world.records.filter((record) => record === 'egress')).toHaveLength(presses);
        const fires = world.records.filter((record) => record === 'fire-unlock' || record === 'fire-cleared');
        fires.forEach((record, index) => expect(record).toBe(index % 2 === 0 ? 'fire-unlock' : 'fire-cleared'));
      }),
      RUNS,
    );
  });
});
