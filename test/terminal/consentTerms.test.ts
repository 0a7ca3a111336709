import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '#core/access/decide.ts';
import { Gallery } from '#core/biometrics/gallery.ts';
import { Probe } from '#core/biometrics/probe.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { CONSENT_STOP_MS_MAX, CONSENT_SWEEP_MS, CONSENTS_ENDED_AT_ONCE } from '#terminal/consentTerms.ts';
import { Evidence } from '#terminal/evidence.ts';
import { PURGE_START_MS } from '#terminal/purge.ts';
import { Identifier } from '#terminal/identifier.ts';
import { wholeRoster } from '../fakes/wholeRoster.ts';
import { template } from '../core/biometrics/numbers.ts';
import { accessPoint, holder } from '../core/people.ts';
import { featuresOf } from '../fakes/fakeEngine.ts';
import { fakeFrame } from '../fakes/fakeFrame.ts';
import { idFrom } from '../fakes/fakePeopleStore.ts';
import { GateFixture, HOLDER, NOBODY_WE_KNOW, OPERATING, type OtherPerson } from './gateFixture.ts';

const CARD = { format: 'uid', number: '0a' };
const HALF_HOUR = 1_800_000;
const GRANTED = { kind: 'granted', by: 'face' };
const HEALTH = 'templates whose consent has ended';

const storedOf = async ({ people }: GateFixture): Promise<Pseudonym[]> =>
  (await wholeRoster(people)).templates.map(({ record }) => record.pseudonym);

const endedOf = ({ journal }: GateFixture): unknown[] =>
  journal.recorded.filter(({ event }) => event.kind === 'consent-ended').map(({ subject }) => subject);

const crowdOf = (count: number, consentMs: number): OtherPerson[] =>
  Array.from({ length: count }, (_, one) => ({ label: `one ${one}`, face: 100 + one, consentMs }));

describe('a face consent that ends', () => {
  it('opens nothing from that very moment, whether the face was looked for or named by a card', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 8e15 }),
        fc.integer({ min: -3, max: 3 }),
        fc.boolean(),
        (end, off, named) => {
          using gallery = new Gallery();
          gallery.add(template('anna', featuresOf(1), end));
          using evidence = new Evidence();
          for (let frame = 0; frame < 3; frame++) {
            evidence.addScore({ live: 1 });
            evidence.addProbe(new Probe(featuresOf(1)));
          }
          const anna = holder('anna');
          const identifier = new Identifier({ gallery, operating: OPERATING, fpirMax: 1 });
          const factors = [identifier.faceFactor(evidence, named ? anna.pseudonym : undefined)];
          const at = accessPoint('entrance');
          const rules = { accessPoint: at, doorMode: 'normal', holder: () => anna } as const;
          const decision = decide({ accessPoint: at, factors, intent: true }, rules, wallTime(end + off));
          expect(decision).toMatchObject(
            off < 0 ? { kind: 'granted' } : { kind: 'denied', reason: 'expired', holder: 'anna' },
          );
        },
      ),
    );
  });

  it('is told at the door until the next sweep, and to the journal', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', consentMs: HALF_HOUR });
    gate.clock.advance(HALF_HOUR - 10_000);
    expect(await gate.look('holder')).toEqual(GRANTED);
    gate.clock.advance(9_500);
    expect(await gate.look('holder')).toEqual({ kind: 'denied', reason: 'not-valid-now' });
    expect(gate.journal.recorded.findLast(({ event }) => event.kind === 'access-denied')).toMatchObject({
      event: { reason: 'expired' },
      subject: HOLDER,
    });
    expect(await storedOf(gate)).toEqual([HOLDER]);
  });

  it('takes the template with it within the hour, off the disk as well, and is recorded', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', consentMs: HALF_HOUR });
    gate.clock.advance(PURGE_START_MS);
    await gate.settle();
    gate.clock.advance(CONSENT_SWEEP_MS - PURGE_START_MS - 1);
    await gate.settle();
    expect([gate.terminal.gallery.people, endedOf(gate)]).toEqual([1, []]);
    gate.clock.advance(1);
    expect(gate.terminal.gallery.people).toBe(0);
    await gate.settle();
    expect(await storedOf(gate)).toEqual([]);
    expect(endedOf(gate)).toEqual([HOLDER]);
    expect(await gate.look('holder')).toEqual({ kind: 'denied', reason: 'not-recognised' });
    expect(gate.journal.recorded.at(-1)).not.toHaveProperty('subject');
    gate.clock.advance(10 * CONSENT_SWEEP_MS);
    await gate.settle();
    expect(endedOf(gate), 'once').toEqual([HOLDER]);
  });

  it('leaves card and PIN as they are', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', consentMs: HALF_HOUR });
    gate.clock.advance(CONSENT_SWEEP_MS);
    await gate.settle();
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.screen).toEqual({ kind: 'granted', by: 'card' });
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    await gate.type('1001');
    await gate.type('480213');
    expect(gate.screen).toEqual({ kind: 'granted', by: 'pin' });
    expect(await gate.people.consentsOf(HOLDER), 'what was agreed to can still be proven').toHaveLength(1);
  });

  it('ends with the sweep that falls into its very moment, and not with one a moment before', async () => {
    for (const early of [0, 1]) {
      const gate = await GateFixture.start({ mode: 'tap-to-look', consentMs: CONSENT_SWEEP_MS + early });
      gate.clock.advance(CONSENT_SWEEP_MS);
      await gate.settle();
      expect(endedOf(gate)).toEqual(early === 0 ? [HOLDER] : []);
      expect(await storedOf(gate)).toEqual(early === 0 ? [] : [HOLDER]);
    }
  });

  it('while the gate was off is swept at its start, and its template is never compared with anybody', async () => {
    const gate = await GateFixture.assembled({ mode: 'tap-to-look', consentMs: 0 });
    expect(gate.terminal.gallery.people).toBe(0);
    gate.terminal.start();
    await gate.settle();
    expect(await storedOf(gate)).toEqual([]);
    expect(endedOf(gate)).toEqual([HOLDER]);
    expect(await gate.look('holder')).toEqual({ kind: 'denied', reason: 'not-recognised' });
  });

  it('touches nobody else', async () => {
    const others = [{ label: 'Bo', face: NOBODY_WE_KNOW, consentMs: 10 * CONSENT_SWEEP_MS }];
    const gate = await GateFixture.start({ mode: 'tap-to-look', consentMs: HALF_HOUR, others });
    gate.clock.advance(CONSENT_SWEEP_MS);
    await gate.settle();
    expect(await storedOf(gate)).toEqual([idFrom('Bo')]);
    expect(await gate.look('nobody-we-know')).toEqual(GRANTED);
  });

  it('also takes a template of another model, which was compared with nobody anyway', async () => {
    const others = [{ label: 'Bo', face: 5, consentMs: HALF_HOUR, format: 'of another model' }];
    const gate = await GateFixture.start({ mode: 'tap-to-look', others });
    expect([await storedOf(gate), gate.terminal.gallery.people]).toEqual([[HOLDER, idFrom('Bo')], 1]);
    gate.clock.advance(CONSENT_SWEEP_MS);
    await gate.settle();
    expect([await storedOf(gate), endedOf(gate)]).toEqual([[HOLDER], [idFrom('Bo')]]);
  });
});

describe('somebody who is enrolled at the desk', () => {
  /** Bo, with the face of whoever stands in this scene. */
  const enrol = (gate: GateFixture, marker: number, label = 'Bo') => {
    const { consent } = gate.faceOf({ label, face: 0, consentMs: HALF_HOUR });
    const validity = { from: wallTime(0), until: wallTime(Number.MAX_SAFE_INTEGER) };
    const cardholder = { ...holder(label), pseudonym: consent.pseudonym, validity };
    return gate.terminal.enrolment.enrolWithFace({ cardholder, credentials: [] }, consent, async () =>
      fakeFrame(marker),
    );
  };

  it('is let in by the face until the end of the consent, and swept like everybody', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look' });
    expect(await enrol(gate, 12)).toEqual({ kind: 'enrolled' });
    expect(await gate.look('nobody-we-know')).toEqual(GRANTED);
    gate.clock.advance(PURGE_START_MS);
    await gate.settle();
    gate.clock.advance(HALF_HOUR - PURGE_START_MS);
    expect(await gate.look('nobody-we-know')).toEqual({ kind: 'denied', reason: 'not-valid-now' });
    gate.clock.advance(HALF_HOUR);
    await gate.settle();
    expect([await storedOf(gate), endedOf(gate)]).toEqual([[HOLDER], [idFrom('Bo')]]);
  });

  it('is not compared with a template whose consent has ended, even before that is swept away', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', consentMs: HALF_HOUR });
    expect(await enrol(gate, 11)).toEqual({ kind: 'refused', reason: 'already-enrolled' });
    gate.clock.advance(HALF_HOUR);
    expect(await enrol(gate, 11)).toEqual({ kind: 'enrolled' });
    expect(await gate.look('holder')).toEqual(GRANTED);
    gate.clock.advance(HALF_HOUR);
    await gate.settle();
    expect(endedOf(gate)).toContain(HOLDER);
  });
});

describe('a crowd whose consents end together', () => {
  const CROWD = 200;

  it('leaves the gallery at once and the disk some at a time, while cards open the door', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', fpirMax: 1, others: crowdOf(CROWD, HALF_HOUR) });
    const { atOnce, letOneGo } = slowRemovals(gate);
    gate.clock.advance(CONSENT_SWEEP_MS);
    expect(gate.terminal.gallery.people).toBe(1);
    await letOneGo();
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.screen).toEqual({ kind: 'granted', by: 'card' });
    expect((await storedOf(gate)).length, 'they are still being removed').toBe(1 + CROWD - CONSENTS_ENDED_AT_ONCE);
    for (let removed = CONSENTS_ENDED_AT_ONCE; removed < CROWD; removed += CONSENTS_ENDED_AT_ONCE) await letOneGo();
    expect(await storedOf(gate)).toEqual([HOLDER]);
    expect(new Set(endedOf(gate))).toEqual(new Set(crowdOf(CROWD, 0).map(({ label }) => idFrom(label))));
    expect(endedOf(gate)).toHaveLength(CROWD);
    expect(atOnce()).toBe(1);
  });

  it('is not removed twice at a time where it takes longer than an hour, and nobody is forgotten', async () => {
    const late = { label: 'late', face: 99, consentMs: HALF_HOUR + CONSENT_SWEEP_MS };
    const gate = await GateFixture.start({
      mode: 'tap-to-look',
      fpirMax: 1,
      others: [...crowdOf(CROWD, HALF_HOUR), late],
    });
    const { atOnce, letOneGo } = slowRemovals(gate);
    gate.clock.advance(CONSENT_SWEEP_MS);
    await letOneGo();
    gate.clock.advance(CONSENT_SWEEP_MS);
    expect(gate.terminal.gallery.people, 'whoever ends meanwhile leaves the gallery in time').toBe(1);
    for (let removed = CONSENTS_ENDED_AT_ONCE; removed < CROWD; removed += CONSENTS_ENDED_AT_ONCE) await letOneGo();
    expect(await storedOf(gate)).toEqual([HOLDER, idFrom('late')]);
    gate.clock.advance(CONSENT_SWEEP_MS);
    await letOneGo();
    expect(await storedOf(gate)).toEqual([HOLDER]);
    expect([endedOf(gate).length, atOnce()]).toEqual([CROWD + 1, 1]);
  });

  it('gives the way in by face alone back to those who are left', async () => {
    const gate = await GateFixture.start({ others: crowdOf(20, HALF_HOUR) });
    expect(gate.view.face).toBe('card-first');
    gate.clock.advance(CONSENT_SWEEP_MS);
    await gate.settle();
    expect(gate.view.face).toBe('walk-up');
    gate.camera.show('holder');
    await gate.pass(1_000);
    expect(gate.screen).toEqual(GRANTED);
  });
});

describe('a disk that cannot remove a template', () => {
  it('is reported; the template is compared with nobody, and goes when the disk works again', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', consentMs: HALF_HOUR });
    const health = () => gate.health.lines.find(({ part }) => part === HEALTH)?.level;
    gate.people.fail();
    gate.clock.advance(CONSENT_SWEEP_MS);
    await gate.settle();
    expect([gate.terminal.gallery.people, health(), endedOf(gate)]).toEqual([0, 'failed', []]);
    gate.people.recover();
    expect(await storedOf(gate)).toEqual([HOLDER]);
    gate.clock.advance(CONSENT_SWEEP_MS);
    await gate.settle();
    expect([await storedOf(gate), health(), endedOf(gate)]).toEqual([[], 'ok', [HOLDER]]);
  });
});

describe('a gate that is stopped during a sweep', () => {
  it('records the removal that is under way, begins no other, and leaves no deadline behind', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', others: crowdOf(40, HALF_HOUR) });
    const { letOneGo } = slowRemovals(gate);
    gate.clock.advance(CONSENT_SWEEP_MS);
    const stopped = gate.terminal.stop();
    await letOneGo();
    await stopped;
    expect([endedOf(gate).length, (await storedOf(gate)).length]).toEqual([CONSENTS_ENDED_AT_ONCE, 9]);
    expect(gate.recorded.at(-1)).toBe('terminal-stopped');
    await gate.door.stop();
    expect(gate.clock.waiting).toBe(0);
  });

  it('does not wait for a disk that hangs', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', consentMs: HALF_HOUR });
    slowRemovals(gate);
    gate.clock.advance(CONSENT_SWEEP_MS);
    let stopped = false;
    void gate.terminal.stop().then(() => (stopped = true));
    await gate.pass(CONSENT_STOP_MS_MAX - 100);
    expect(stopped).toBe(false);
    await gate.pass(100);
    expect(stopped).toBe(true);
  });
});

/** From now on the store removes nothing until it is let, one step each time. */
function slowRemovals(gate: GateFixture): { readonly atOnce: () => number; readonly letOneGo: () => Promise<void> } {
  const remove = gate.people.withdrawFaces.bind(gate.people);
  const waiting: (() => void)[] = [];
  let atOnce = 0;
  gate.people.withdrawFaces = async (people, at) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      atOnce = Math.max(atOnce, waiting.length);
    });
    return await remove(people, at);
  };
  const letOneGo = async (): Promise<void> => {
    await gate.settle();
    waiting.shift()?.();
    await gate.settle();
  };
  return { atOnce: () => atOnce, letOneGo };
}
