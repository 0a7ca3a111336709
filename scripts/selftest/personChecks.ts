import type { Pseudonym } from '#core/kernel/ids.ts';
import type { Demonstration } from '#service/simulated/demonstration.ts';
import { createArgon2PinHasher } from '#storage/argon2PinHasher.ts';
import type { Findings } from './findings.ts';
import type { GateUnderTest, Received } from './gateUnderTest.ts';

/** From an input to the relay's bytes, on a machine that does other things as well. */
export const EXIT_STRIKE_MS_MAX = 500;
const VERIFICATIONS = 3;
const WRONG_PIN = '000000';
/** A strike that is told to relock does so within its time and this much, on a busy machine. */
const RELOCK_LATE_MS_MAX = 1_000;

export const timeOf = (wall: number): string => new Date(wall).toISOString().slice(11, 23);
const heardAs = ({ bytes, wall }: Received): string => `${bytes} at ${timeOf(wall)}`;
const ms = (value: number): number => Math.round(value * 10) / 10;

/** Who was taken in at the first start, and on what consent. */
export async function showEnrolment(
  gate: GateUnderTest,
  demonstration: Demonstration,
  findings: Findings,
): Promise<void> {
  const person = demonstration.people.find(({ enrolFrom }) => enrolFrom !== undefined);
  const picture = demonstration.scenes.find(({ id }) => id === person?.enrolFrom)?.picture;
  await findings.show('enrolment.people_with_face', async () => {
    const { gallery } = gate.gate.terminal;
    let templates = 0;
    const { cardholders } = await gate.gate.storage.people.load((some) => (templates += some.length));
    return {
      ok: gallery.people === 1 && templates === 1,
      value: gallery.people,
      limit: 1,
      unit: 'people',
      note: `from one photograph (${picture}, scene ${person?.enrolFrom}); ${cardholders.length - gallery.people} more with card and PIN alone`,
    };
  });
  await findings.show('enrolment.consent_acted_by', async () => {
    const { people } = gate.gate.storage;
    const owners = new Set<Pseudonym>();
    const { cardholders } = await people.load((templates) => {
      for (const { record } of templates) owners.add(record.pseudonym);
    });
    const consents = (await Promise.all([...owners].map((owner) => people.consentsOf(owner)))).flat();
    const madeUp = consents.filter(({ actedBy }) => actedBy === 'made-up-for-demonstration');
    return {
      ok: consents.length === 1 && madeUp.length === 1,
      value: consents[0]?.actedBy ?? null,
      limit: 'made-up-for-demonstration',
      note: `${consents.length} consent, text ${consents[0]?.textId}; ${cardholders.length} cardholders`,
    };
  });
}

/** The enrolled person in another photograph: entry, bytes, and the end of the pulse. */
export async function showFaceGranted(gate: GateUnderTest, findings: Findings): Promise<void> {
  const before = {
    heard: gate.received.length,
    entry: await gate.lastEntry(),
    journal: gate.journalBytes,
    at: gate.now,
  };
  await findings.show('face.granted_relay', async () => {
    gate.show('enrolled');
    await gate.until('bytes that unlock', () => gate.received.length > before.heard);
    const { screen } = await gate.outcome(before.at);
    gate.show('empty');
    await gate.until('bytes that relock', () => gate.level === 'de-energised');
    const heard = gate.received.slice(before.heard);
    const [first, second] = heard;
    const heldMs = (second?.at ?? 0) - (first?.at ?? 0);
    const { releaseMs } = gate.door.timings;
    const inTime = heldMs >= releaseMs - EXIT_STRIKE_MS_MAX && heldMs <= releaseMs + RELOCK_LATE_MS_MAX;
    const spelt = [first?.bytes, second?.bytes].join(' … ');
    return {
      ok: screen.kind === 'granted' && spelt === 'A0 01 01 A2 … A0 01 00 A1' && inTime,
      value: spelt,
      limit: 'A0 01 01 A2 … A0 01 00 A1',
      note: `as received at the other end of the line: ${heard.map(heardAs).join(', ')}; held for ${ms(heldMs)} ms of ${releaseMs}`,
    };
  });
  const strike = gate.received[before.heard];
  findings.add('face.granted_ms', {
    value: strike === undefined ? null : ms(strike.at - before.at),
    unit: 'ms',
    note: 'from somebody standing there to the bytes',
  });
  await findings.show('face.granted_journal', async () => {
    const granted = (await gate.entriesAfter(before.entry)).find(({ event }) => event.kind === 'access-granted');
    if (granted === undefined || strike === undefined) throw new Error('no entry that grants, or no bytes');
    const written = strike.journalBytes - before.journal;
    return {
      ok: granted.at <= strike.wall && written > 0 && granted.subject !== undefined && granted.simulated,
      value: granted.id,
      note: `entry ${granted.id} at ${timeOf(granted.at)}, on the disk (${written} bytes) when the bytes came at ${timeOf(strike.wall)}`,
    };
  });
}

interface Way {
  readonly name: string;
  readonly present: () => void;
  /** What the screen must show; undefined where it opens. */
  readonly told?: string;
  /** What the journal must say, for a denial. */
  readonly reason?: string;
}

/** Card and PIN, right and wrong. */
export async function showOtherWays(
  gate: GateUnderTest,
  demonstration: Demonstration,
  findings: Findings,
): Promise<void> {
  const [person] = demonstration.people;
  const [unknown] = demonstration.unknownCards;
  if (person === undefined || unknown === undefined) throw new Error('the demonstration has people and cards');
  const { card, personalNumber, pin } = person;
  const ways: Way[] = [
    {
      name: 'card.unknown',
      present: () => gate.showCard(unknown.number),
      told: 'unknown-card',
      reason: 'unknown-card',
    },
    {
      name: 'pin.wrong',
      present: () => gate.typePin(personalNumber, WRONG_PIN),
      told: 'wrong-pin',
      reason: 'wrong-pin',
    },
    { name: 'card.known', present: () => gate.showCard(card.number) },
    { name: 'pin.right', present: () => gate.typePin(personalNumber, pin) },
  ];
  for (const way of ways) await findings.show(way.name, () => tryWay(gate, way));
  await findings.show('pin.verification_ms', async () => {
    const hasher = createArgon2PinHasher();
    const times: number[] = [];
    for (let i = 0; i < VERIFICATIONS; i++) {
      const start = performance.now();
      await hasher.verify(hasher.dummyHash, WRONG_PIN);
      times.push(performance.now() - start);
    }
    const median = times.toSorted((a, b) => a - b)[VERIFICATIONS >> 1] ?? null;
    return {
      value: median === null ? null : ms(median),
      unit: 'ms',
      note: `one argon2id verification, median of ${VERIFICATIONS}; a PIN takes this much longer than a card`,
    };
  });
}

async function tryWay(gate: GateUnderTest, { present, told, reason }: Way) {
  gate.clear();
  const before = { heard: gate.received.length, entry: await gate.lastEntry(), at: gate.now };
  present();
  const { screen, afterMs } = await gate.outcome(before.at);
  const opened = screen.kind === 'granted';
  if (opened) await gate.until('bytes that unlock', () => gate.received.length > before.heard);
  const heard = gate.received.slice(before.heard);
  if (opened) await gate.goThrough();
  const [entry, ...others] = (await gate.entriesAfter(before.entry)).filter(
    ({ event }) => event.kind.startsWith('access-') && event.kind !== 'access-taken',
  );
  const recorded =
    entry?.event.kind === (told === undefined ? 'access-granted' : 'access-denied') && others.length === 0;
  const denied =
    screen.kind === 'denied' &&
    screen.reason === told &&
    entry?.event.kind === 'access-denied' &&
    entry.event.reason === reason;
  const asWanted = told === undefined ? opened && heard[0]?.bytes === 'A0 01 01 A2' : denied && heard.length === 0;
  return {
    ok: recorded && asWanted,
    value: screen.kind === 'denied' ? screen.reason : screen.kind,
    limit: told ?? 'granted',
    note: `after ${ms(afterMs)} ms; relay: ${heard.map(heardAs).join(', ') || 'no byte'}; entry ${entry?.id} ${entry?.event.kind}`,
  };
}

/** Exit button and fire input: the strike first, the journal after, and no mode refuses them. */
export async function showLeaving(
  gate: GateUnderTest,
  demonstration: Demonstration,
  findings: Findings,
): Promise<void> {
  const card = demonstration.people[0]?.card.number ?? '';
  gate.clear();
  const press = (): void => {
    gate.setInput('rex', true);
    gate.setInput('rex', false);
  };
  await findings.show('rex.strike_ms', () => leave(gate, press, 'egress'));
  await gate.goThrough();
  gate.gate.doors.get(gate.door.id)?.setMode('locked-down');
  await findings.show('lock_down.card', () =>
    tryWay(gate, { name: '', present: () => gate.showCard(card), told: 'door-closed-to-all', reason: 'locked-down' }),
  );
  await findings.show('lock_down.rex_strike_ms', () => leave(gate, press, 'egress'));
  await gate.goThrough();
  gate.gate.doors.get(gate.door.id)?.setMode('normal');
  await findings.show('fire.strike_ms', () => leave(gate, () => gate.setInput('fire', true), 'fire-unlock'));
  await findings.show('fire.cleared', async () => {
    gate.setInput('fire', false);
    await gate.until('the strike locks once the fire is over', () => gate.level === 'de-energised');
    return {
      value: gate.received.at(-1)?.bytes ?? null,
      limit: 'A0 01 00 A1',
      note: 'unlocked for as long as the input was active',
    };
  });
}

async function leave(gate: GateUnderTest, act: () => void, kind: string) {
  const before = { heard: gate.received.length, entry: await gate.lastEntry(), at: gate.now };
  act();
  await gate.until('bytes that unlock', () => gate.received.length > before.heard);
  const strike = gate.received[before.heard];
  const entry = (await gate.entriesAfter(before.entry)).find(({ event }) => event.kind === kind);
  const afterMs = (strike?.at ?? Number.NaN) - before.at;
  return {
    ok:
      strike?.bytes === 'A0 01 01 A2' &&
      afterMs <= EXIT_STRIKE_MS_MAX &&
      entry !== undefined &&
      entry.subject === undefined,
    value: ms(afterMs),
    unit: 'ms',
    limit: EXIT_STRIKE_MS_MAX,
    note: `${strike?.bytes} received; entry ${entry?.id} ${kind} after it, which the strike did not wait for`,
  };
}
