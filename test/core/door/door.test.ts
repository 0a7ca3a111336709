import { describe, expect, it } from 'vitest';
import { demandedPosition, doorAtStart, driveOnReturn, type DoorDemand } from '#core/door/door.ts';
import { millis } from '#core/kernel/units.ts';
import { DoorWorld, lockPosition, TIMINGS } from './doorWorld.ts';

const NORMAL: DoorDemand = { fire: false, mode: 'normal' };
const doorAt = (setting: ConstructorParameters<typeof DoorWorld>[0] = {}): DoorWorld => new DoorWorld(setting);
const granted = { kind: 'granted' } as const;
const strikeLost = { kind: 'strike-lost' } as const;
const rex = { kind: 'rex' } as const;
const opened = { kind: 'contact', contact: 'open' } as const;
const shut = { kind: 'contact', contact: 'closed' } as const;
const fire = (active: boolean) => ({ kind: 'fire', active }) as const;
const mode = (to: DoorDemand['mode']) => ({ kind: 'mode', mode: to }) as const;

describe('an access', () => {
  it('unlocks for the release time and is not taken when nobody opens', () => {
    const world = doorAt().happen(granted);
    expect(world.lastEffects).toEqual([{ kind: 'unlock', forMs: TIMINGS.releaseMs }]);
    world.advance(TIMINGS.releaseMs - 1);
    expect(world.position).toBe('unlocked');
    world.advance(1);
    expect(world.position).toBe('locked');
    expect(world.records).toEqual(['access-not-taken']);
  });

  it('is taken when the leaf opens, which locks for the next one', () => {
    const world = doorAt().happen(granted).advance(1_000).happen(opened);
    expect(world.records).toEqual(['access-taken']);
    expect(world.position).toBe('locked');
    world.advance(2_000).happen(shut).advance(60_000);
    expect(world.records).toEqual(['access-taken']);
    expect(world.door.state).toEqual({ kind: 'locked' });
  });

  it('shares its outcome with a grant that waits beside it', () => {
    const world = doorAt().happen(granted).advance(1_000).happen(granted).advance(4_500);
    expect(world.position).toBe('unlocked');
    world.happen(opened);
    expect(world.records).toEqual(['access-taken']);
  });

  it('is taken at once where the leaf stands open, and the shutting leaf does not lock that person out', () => {
    const world = doorAt().happen(granted).happen(opened).advance(1_000).happen(granted);
    expect(world.records).toEqual(['access-taken', 'access-taken']);
    world.advance(500).happen(shut);
    expect(world.position).toBe('unlocked');
    world.advance(TIMINGS.releaseMs);
    expect(world.position).toBe('locked');
    expect(world.records).toEqual(['access-taken', 'access-taken']);
  });

  it('keeps its outcome when a REX comes between', () => {
    const world = doorAt().happen(granted).advance(1_000).happen(rex).advance(1_000).happen(opened);
    expect(world.records).toEqual(['egress', 'access-taken']);
  });

  it('is refused by the door where a lock-down came between the decision and its entry', () => {
    const world = doorAt().happen(mode('locked-down')).happen(granted);
    expect(world.position).toBe('locked');
    expect(world.lastEffects).toContainEqual({ kind: 'refuse' });
    expect(world.records).toEqual(['mode-changed', 'access-not-taken']);
  });

  it('ends with a lock-down, at once', () => {
    const world = doorAt().happen(granted).advance(1_000).happen(mode('locked-down'));
    expect(world.position).toBe('locked');
    expect(world.records).toEqual(['mode-changed', 'access-not-taken']);
  });

  it('never relocks a door that fire has unlocked', () => {
    const world = doorAt().happen(fire(true)).happen(granted).advance(60_000);
    expect(world.position).toBe('unlocked');
  });

  it('has an outcome also where fire overtakes it', () => {
    const taken = doorAt().happen(granted).happen(fire(true)).advance(1_000).happen(opened);
    expect(taken.records).toEqual(['fire-unlock', 'access-taken']);
    const left = doorAt().happen(granted).happen(fire(true)).advance(60_000);
    expect(left.records).toEqual(['fire-unlock', 'access-not-taken']);
    expect(left.position).toBe('unlocked');
  });

  it('is not said to be taken or not where no contact shows it', () => {
    const world = doorAt({ contact: 'not-fitted' }).happen(granted).advance(60_000);
    expect(world.records).toEqual([]);
    expect(world.position).toBe('locked');
  });
});

describe('an access whose strike is lost', () => {
  it('is over without an outcome, and a leaf that opens then was forced', () => {
    const world = doorAt().happen(granted).happen(strikeLost);
    expect(world.lastEffects).toEqual([{ kind: 'lock' }]);
    expect(world.door.state).toEqual({ kind: 'locked' });
    world.advance(1_000).happen(opened);
    expect(world.records).toEqual(['door-forced-open']);
  });

  it('ends neither the exit that began meanwhile nor what a fire demands', () => {
    const leaving = doorAt().happen(granted).happen(rex).happen(strikeLost).advance(4_999);
    expect(leaving.position).toBe('unlocked');
    expect(leaving.advance(1).position).toBe('locked');
    expect(leaving.records).toEqual(['egress']);
    const burning = doorAt().happen(granted).happen(fire(true)).happen(strikeLost).advance(60_000);
    expect(burning.position).toBe('unlocked');
    expect(burning.records).toEqual(['fire-unlock']);
  });

  it('leaves an open leaf open, and its alarm to come', () => {
    const world = doorAt().happen(granted).happen(opened).advance(1_000).happen(granted).happen(strikeLost);
    expect(world.door.state.kind).toBe('open');
    expect(world.position).toBe('locked');
    expect(world.advance(TIMINGS.heldOpenMs).records.at(-1)).toBe('door-held-open');
  });
});

describe('leaving', () => {
  it('is recorded as leaving and never as an access', () => {
    const used = doorAt().happen(rex).happen(opened).happen(shut).advance(60_000);
    expect(used.records).toEqual(['egress']);
    const unused = doorAt().happen(rex).advance(60_000);
    expect(unused.records).toEqual(['egress']);
  });

  it('through an open door is no access either when the door has shut again', () => {
    const world = doorAt().happen(rex).happen(opened).advance(1_000).happen(rex).happen(shut).advance(60_000);
    expect(world.records).toEqual(['egress', 'egress']);
  });

  it('works in a lock-down', () => {
    const world = doorAt({ demand: { fire: false, mode: 'locked-down' } }).happen(rex);
    expect(world.position).toBe('unlocked');
  });

  it('stays leaving when somebody is let in meanwhile: a lock-down does not end it', () => {
    const world = doorAt().happen(rex).advance(1_000).happen(granted).advance(1_000).happen(mode('locked-down'));
    expect(world.position).toBe('unlocked');
    expect(driveOnReturn(world.door.state, world.now)).toEqual({ kind: 'unlock', forMs: 4_000 });
  });

  it('is over at its time also where the step of time comes late', () => {
    const world = doorAt({ punctual: false }).happen(rex).happen(opened).happen(rex).advance(TIMINGS.releaseMs);
    expect(world.happen(shut).door.state).toEqual({ kind: 'locked' });
  });

  it('that has begun outlasts a lock-down', () => {
    const world = doorAt().happen(rex).advance(1_000).happen(mode('locked-down'));
    expect(world.position).toBe('unlocked');
  });

  it('that was asked for during a fire outlasts the fire', () => {
    const world = doorAt().happen(fire(true)).advance(10_000).happen(rex).advance(1_000).happen(fire(false));
    expect(world.position).toBe('unlocked');
    expect(world.lastEffects[0]).toEqual({ kind: 'unlock', forMs: 4_000 });
    world.advance(4_000);
    expect(world.position).toBe('locked');
    expect(world.records).toEqual(['fire-unlock', 'egress', 'fire-cleared']);
  });

  it('keeps its whole release where the door counts as held open before that', () => {
    const timings = { releaseMs: millis(5_000), heldOpenMs: millis(2_000) };
    const world = doorAt({ timings }).happen(granted).happen(opened).happen(rex).advance(2_500);
    expect(world.door.state.kind).toBe('held-open');
    expect(world.position).toBe('unlocked');
    world.happen(shut);
    expect(world.position).toBe('unlocked');
    world.advance(2_500);
    expect(world.position).toBe('locked');
  });
});

describe('an alarm', () => {
  it('is raised when a locked door opens, and lasts until the leaf is shut', () => {
    const world = doorAt().happen(opened);
    expect(world.records).toEqual(['door-forced-open']);
    world.happen(rex).advance(60_000).happen(granted).advance(60_000);
    expect(world.door.state).toEqual({ kind: 'forced-open' });
    world.happen(shut);
    expect(world.records).toEqual(['door-forced-open', 'egress', 'access-taken', 'door-closed']);
    expect(world.door.state).toEqual({ kind: 'locked' });
  });

  it('is raised once when a door stands open for too long', () => {
    const world = doorAt().happen(granted).happen(opened).advance(19_999);
    expect(world.records).toEqual(['access-taken']);
    world.advance(60_000);
    expect(world.records).toEqual(['access-taken', 'door-held-open']);
    world.happen(opened).happen(shut);
    expect(world.records).toEqual(['access-taken', 'door-held-open', 'door-closed']);
  });

  it('waits for a person who follows through the open door', () => {
    const world = doorAt().happen(granted).happen(opened).advance(15_000).happen(granted).advance(15_000);
    expect(world.door.state.kind).toBe('open');
    world.advance(5_000);
    expect(world.door.state.kind).toBe('held-open');
  });

  it('is not raised by a leaf that stands open when fire or the mode ends, before its time', () => {
    const world = doorAt({ demand: { fire: true, mode: 'normal' } })
      .happen(opened)
      .advance(60_000)
      .happen(fire(false));
    expect(world.position).toBe('locked');
    expect(world.records).toEqual(['fire-unlock', 'fire-cleared']);
    world.advance(TIMINGS.heldOpenMs);
    expect(world.records.at(-1)).toBe('door-held-open');
  });
});

describe('a door at start', () => {
  it.each([
    [{ fire: false, mode: 'normal' }, 'locked'],
    [{ fire: false, mode: 'locked-down' }, 'locked'],
    [{ fire: false, mode: 'unlocked' }, 'unlocked'],
    [{ fire: true, mode: 'normal' }, 'unlocked'],
    [{ fire: true, mode: 'locked-down' }, 'unlocked'],
  ] as const)('drives its strike to what is demanded before anything else: %o is %s', (demand, position) => {
    expect(demandedPosition(demand)).toBe(position);
    for (const contact of ['closed', 'open', 'not-fitted'] as const) {
      const [door, [first]] = doorAtStart(demand, contact);
      expect(first).toEqual(position === 'locked' ? { kind: 'lock' } : { kind: 'unlock', forMs: 'until-driven' });
      expect(lockPosition(door.state, doorAt().now)).toBe(position);
    }
  });

  it('takes a leaf found open to be held, not forced', () => {
    const world = doorAt({ contact: 'open' });
    expect(world.records).toEqual(['door-held-open']);
    expect(world.happen(shut).records).toEqual(['door-held-open', 'door-closed']);
  });

  it('records a fire that it finds', () => {
    expect(doorAt({ demand: { fire: true, mode: 'normal' } }).records).toEqual(['fire-unlock']);
  });
});

describe('a strike whose line comes back', () => {
  it('does not let in whoever was granted before: that person was told of the fault', () => {
    const world = doorAt().happen(granted).advance(1_000);
    expect(driveOnReturn(world.door.state, world.now)).toEqual({ kind: 'lock' });
  });

  it('lets out whoever pressed the exit button, for the rest of the time', () => {
    const world = doorAt().happen(rex).advance(1_000);
    expect(driveOnReturn(world.door.state, world.now)).toEqual({ kind: 'unlock', forMs: 4_000 });
  });

  it('stands unlocked again where fire or the mode demands it, and is locked otherwise', () => {
    const { now } = doorAt();
    expect(driveOnReturn(doorAt().happen(fire(true)).door.state, now)).toEqual({
      kind: 'unlock',
      forMs: 'until-driven',
    });
    expect(driveOnReturn(doorAt({ demand: NORMAL }).door.state, now)).toEqual({ kind: 'lock' });
  });
});
