import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { EnrolmentOutcome } from '#terminal/enrolment.ts';
import { applicant, EnrolmentRoom, type Applicant } from './enrolmentFixture.ts';

const refused = (reason: string): unknown => ({ kind: 'refused', reason });
const ENROLLED = { kind: 'enrolled' };
const NOTHING_MEASURED = { detect: 0, measure: 0, measurePad: 0, extract: 0 };

const ANNA = applicant('Anna', { card: '0a', personalNumber: '1001', face: 1 });
const BO = applicant('Bo', { card: '0b', personalNumber: '1002', face: 2 });

describe('somebody whose card or personal number is held already', () => {
  const takers = [
    ['card-taken', { card: ANNA.card }],
    ['number-taken', { personalNumber: ANNA.personalNumber }],
  ] as const;

  it.each(takers)('is refused (%s), and comes in with nothing of it', async (reason, taking) => {
    const room = new EnrolmentRoom();
    expect(await room.enrol(ANNA)).toEqual(ENROLLED);
    const before = await room.state();
    expect(await room.enrol({ ...BO, ...taking })).toEqual(refused(reason));
    expect(await room.state()).toEqual(before);
    expect(room.directory.card('uid', ANNA.card)?.pseudonym).toBe(room.recordsOf(ANNA).cardholder.pseudonym);
    expect(await room.enrol(BO)).toEqual(ENROLLED);
  });

  it.each(takers)('is refused (%s) before a camera is opened for the face', async (reason, taking) => {
    const room = new EnrolmentRoom();
    await room.enrol(ANNA);
    const before = await room.state();
    expect(await room.enrolWithFace({ ...BO, ...taking })).toEqual(refused(reason));
    expect(room.frames).toHaveLength(0);
    expect(room.engine.answered).toEqual(NOTHING_MEASURED);
    expect(await room.state()).toEqual(before);
  });

  it('is refused also where the holder cannot come in at present', async () => {
    const room = new EnrolmentRoom();
    const { cardholder, credentials } = room.recordsOf(ANNA);
    await room.desk.enrol(
      cardholder,
      credentials.map((credential) => ({ ...credential, state: 'lost' })),
    );
    expect(await room.enrol({ ...BO, card: ANNA.card })).toEqual(refused('card-taken'));
  });

  it('has the number in another card format to themselves', async () => {
    const room = new EnrolmentRoom();
    await room.enrol(ANNA);
    const { cardholder, credentials } = room.recordsOf({ ...BO, card: ANNA.card });
    const otherwise = credentials.map((one) => (one.kind === 'card' ? { ...one, format: 'H10301' } : one));
    expect(await room.desk.enrol(cardholder, otherwise)).toEqual(ENROLLED);
  });
});

describe('a consent that is none for this enrolment', () => {
  it.each([
    ['consent-ended', 'ended'],
    ['consent-of-another', "somebody else's"],
  ] as const)('refuses it (%s) with no camera opened and no model run', async (reason, consent) => {
    const room = new EnrolmentRoom();
    const before = await room.state();
    expect(await room.enrolWithFace({ ...ANNA, consent })).toEqual(refused(reason));
    expect(room.frames).toHaveLength(0);
    expect(room.engine.answered).toEqual(NOTHING_MEASURED);
    expect(await room.state()).toEqual(before);
  });

  it('has ended at its end, and not a millisecond before', async () => {
    const room = new EnrolmentRoom();
    const { endsAt } = room.consentOf(ANNA);
    const consent = { ...room.consentOf(ANNA), endsAt };
    const enrol = (): Promise<EnrolmentOutcome> =>
      room.desk.enrolWithFace(room.recordsOf(ANNA), consent, () => Promise.reject(new Error('the camera was opened')));
    room.clock.setWall(endsAt);
    expect(await enrol()).toEqual(refused('consent-ended'));
    room.clock.setWall(endsAt - 1);
    await expect(enrol()).rejects.toThrow('the camera was opened');
  });

  it('refuses where its end is no moment at all', async () => {
    const room = new EnrolmentRoom();
    const consent = { ...room.consentOf(ANNA), endsAt: NaN as never };
    const opened = (): Promise<never> => Promise.reject(new Error('the camera was opened'));
    expect(await room.desk.enrolWithFace(room.recordsOf(ANNA), consent, opened)).toEqual(refused('consent-ended'));
  });

  it('stops the enrolment where it ends while the camera is waited for: no model runs', async () => {
    const room = new EnrolmentRoom();
    const { endsAt } = room.consentOf(ANNA);
    expect(await room.enrolWithFace(ANNA, () => room.clock.setWall(endsAt))).toEqual(refused('consent-ended'));
    expect(room.engine.answered).toEqual(NOTHING_MEASURED);
    expect(room.frames[0]?.pixels.every((value) => value === 0)).toBe(true);
  });
});

describe('two people who are enrolled at once', () => {
  it('get one card, one number and one face between them', async () => {
    for (const taking of [{ card: ANNA.card }, { personalNumber: ANNA.personalNumber }, { face: ANNA.face }]) {
      const room = new EnrolmentRoom();
      const outcomes = await Promise.all([room.enrolWithFace(ANNA), room.enrolWithFace({ ...BO, ...taking })]);
      expect(outcomes.map(({ kind }) => kind)).toEqual(['enrolled', 'refused']);
      expect((await room.people.load()).cardholders).toHaveLength(1);
    }
    const room = new EnrolmentRoom();
    const outcomes = await Promise.all([room.enrolWithFace(ANNA), room.enrol({ ...BO, card: ANNA.card })]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['enrolled', 'refused']);
  });

  it('do not stand in each other’s way: a camera that gives nothing holds nobody else up', async () => {
    const room = new EnrolmentRoom();
    void room.desk.enrolWithFace(room.recordsOf(ANNA), room.consentOf(ANNA), () => new Promise(() => undefined));
    expect(await room.enrol(BO)).toEqual(ENROLLED);
  });

  it('are independent: a disk that was full for the one has room for the next', async () => {
    const room = new EnrolmentRoom();
    const before = await room.state();
    room.people.fail();
    await expect(room.enrolWithFace(ANNA)).rejects.toThrow(Fault);
    await expect(room.enrol(BO)).rejects.toThrow(Fault);
    room.people.recover();
    expect(await room.state()).toEqual(before);
    expect(await room.enrolWithFace(ANNA)).toEqual(ENROLLED);
    expect(await room.enrol(BO)).toEqual(ENROLLED);
  });
});

describe('the desk, whoever comes', () => {
  const numbers = fc.constantFrom('1', '2', '3', '4', '5');
  const applicants: fc.Arbitrary<{ someone: Omit<Applicant, 'name'>; withFace: boolean }> = fc.record({
    withFace: fc.boolean(),
    someone: fc.record({
      card: numbers,
      personalNumber: numbers,
      face: fc.integer({ min: 1, max: 5 }),
      standing: fc.oneof(
        fc.constant('well' as const),
        fc.constantFrom('as-a-photograph' as const, 'in-the-dark' as const, 'elsewhere' as const),
      ),
      consent: fc.oneof(
        { weight: 3, arbitrary: fc.constant('own' as const) },
        fc.constantFrom('ended' as const, "somebody else's" as const),
      ),
    }),
  });

  /** The rules as they are told to people. */
  class Model {
    readonly #held = { cards: new Set<string>(), numbers: new Set<string>(), faces: new Set<number>() };

    expect({ card, personalNumber, face, standing, consent }: Omit<Applicant, 'name'>, withFace: boolean): string {
      const { cards, numbers: held, faces } = this.#held;
      if (withFace && consent !== 'own') return consent === 'ended' ? 'consent-ended' : 'consent-of-another';
      if (cards.has(card)) return 'card-taken';
      if (held.has(personalNumber)) return 'number-taken';
      if (withFace && standing === 'elsewhere') return 'nobody-seen';
      if (withFace && standing === 'in-the-dark') return 'too-dark';
      if (withFace && standing === 'as-a-photograph') return 'attack-suspected';
      if (withFace && faces.has(face)) return 'already-enrolled';
      cards.add(card);
      held.add(personalNumber);
      if (withFace) faces.add(face);
      return 'enrolled';
    }
  }

  it('changes nothing with a refusal, overwrites every picture, and gives each number one holder', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(applicants, { minLength: 1, maxLength: 12 }), async (all) => {
        const room = new EnrolmentRoom();
        const model = new Model();
        for (const [index, { someone, withFace }] of all.entries()) {
          const named = { ...someone, name: `applicant ${index}` };
          const before = await room.state();
          const frames = room.frames.length;
          const outcome = await (withFace ? room.enrolWithFace(named) : room.enrol(named));
          const expected = model.expect(someone, withFace);
          seen.add(expected);
          expect(outcome).toEqual(expected === 'enrolled' ? ENROLLED : refused(expected));
          if (outcome.kind === 'refused') expect(await room.state()).toEqual(before);
          if (/taken|consent/.test(expected)) expect(room.frames).toHaveLength(frames);
        }
        const { credentials } = await room.people.load();
        const held = credentials.map((one) => (one.kind === 'card' ? `card ${one.number}` : one.personalNumber));
        expect(new Set(held).size).toBe(held.length);
        for (const { pixels } of room.frames) expect(pixels.findLast((value) => value !== 0)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
    expect([...seen].toSorted(), 'every outcome came up').toEqual([
      'already-enrolled',
      'attack-suspected',
      'card-taken',
      'consent-ended',
      'consent-of-another',
      'enrolled',
      'nobody-seen',
      'number-taken',
      'too-dark',
    ]);
  });
});
