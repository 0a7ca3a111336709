import { describe, expect, it } from 'vitest';
import { BrokenPromise } from '#core/kernel/assert.ts';
import { wallTime } from '#core/kernel/units.ts';
import { LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import { Template } from '#core/biometrics/template.ts';
import type { PeopleStore } from '#core/ports/stores.ts';
import { wholeRoster } from '../../fakes/wholeRoster.ts';
import { faultOf } from '../support/faults.ts';
import { cardHolder, faceAnew, featuresOf, person, valuesOf } from '../support/people.ts';

const NOW = wallTime(1_770_000_000_000);
const later = (span: number): ReturnType<typeof wallTime> => wallTime(NOW + span);
const ADA = person('Ada').cardholder.pseudonym;

/** What every PeopleStore promises, the one in memory and the one on the disk. */
export function peopleStoreContract(
  name: string,
  open: () => Promise<{ readonly people: PeopleStore } & AsyncDisposable>,
): void {
  describe(`the people in ${name}`, () => {
    it('gives back who was enrolled, with every credential and the same features', async () => {
      await using opened = await open();
      const { people } = opened;
      await people.enrol(person('Ada'));
      await people.enrol(cardHolder('Bo'));
      const roster = await wholeRoster(people);
      expect(roster.cardholders).toEqual([person('Ada').cardholder, cardHolder('Bo').cardholder]);
      expect(roster.credentials).toEqual([...person('Ada').credentials, ...cardHolder('Bo').credentials]);
      expect(roster.templates.map(({ record }) => record)).toEqual(
        person('Ada').face.templates.map(({ record }) => record),
      );
      expect(roster.templates.map(valuesOf)).toEqual([featuresOf('Ada')]);
    });

    it('keeps the features when the template that was handed in is overwritten', async () => {
      await using opened = await open();
      const ada = person('Ada');
      await opened.people.enrol(ada);
      for (const template of ada.face.templates) template[Symbol.dispose]();
      expect((await wholeRoster(opened.people)).templates.map(valuesOf)).toEqual([featuresOf('Ada')]);
    });

    it('gives templates for a moment: who keeps one keeps nothing', async () => {
      await using opened = await open();
      await opened.people.enrol(person('Ada'));
      const kept: Template[] = [];
      await opened.people.load((templates) => kept.push(...templates));
      expect(kept).toHaveLength(1);
      for (const template of kept) expect(() => valuesOf(template)).toThrow();
      expect((await wholeRoster(opened.people)).templates.map(valuesOf)).toEqual([featuresOf('Ada')]);
    });

    it('gives nothing more to whom templates are too many, says so in its words, and goes on', async () => {
      await using opened = await open();
      await opened.people.enrol(person('Ada'));
      const full = new Error('no memory left for templates');
      let asked = 0;
      const refuse = (): never => {
        asked += 1;
        throw full;
      };
      await expect(opened.people.load(refuse)).rejects.toBe(full);
      expect(asked).toBe(1);
      expect((await wholeRoster(opened.people)).templates.map(valuesOf)).toEqual([featuresOf('Ada')]);
    });

    it('knows the consent that a template stands on', async () => {
      await using opened = await open();
      await opened.people.enrol(person('Ada'));
      await opened.people.enrol(cardHolder('Bo'));
      expect(await opened.people.consentsOf(person('Ada').cardholder.pseudonym)).toEqual([person('Ada').face.consent]);
      expect(await opened.people.consentsOf(cardHolder('Bo').cardholder.pseudonym)).toEqual([]);
    });

    it('enrols nobody twice', async () => {
      await using opened = await open();
      await opened.people.enrol(person('Ada'));
      await faultOf(() => opened.people.enrol(person('Ada')), 'storage');
      expect((await opened.people.load()).cardholders).toHaveLength(1);
    });

    it('stores nothing of an enrolment that takes the card id of somebody else', async () => {
      await using opened = await open();
      await opened.people.enrol(person('Ada'));
      const [card] = person('Ada').credentials;
      const bo = person('Bo');
      const thief = { ...bo, credentials: [{ ...card!, pseudonym: bo.cardholder.pseudonym }] };
      await faultOf(() => opened.people.enrol(thief), 'storage');
      const roster = await wholeRoster(opened.people);
      expect([roster.cardholders.length, roster.credentials.length, roster.templates.length]).toEqual([1, 2, 1]);
      expect(await opened.people.consentsOf(bo.cardholder.pseudonym)).toEqual([]);
      await opened.people.enrol(bo);
    });

    it('takes no template without the consent that it stands on', async () => {
      await using opened = await open();
      const { face, ...ada } = person('Ada');
      const strange = { ...ada, face: { consent: person('Bo').face.consent, templates: face.templates } };
      await expect(async () => opened.people.enrol(strange)).rejects.toThrow(BrokenPromise);
      expect((await opened.people.load()).cardholders).toEqual([]);
    });

    it('knows of every template when its consent ends, and takes none that would outlive it', async () => {
      await using opened = await open();
      const { face, ...ada } = person('Ada');
      await opened.people.enrol({ ...ada, face });
      const [stored] = (await wholeRoster(opened.people)).templates;
      expect(stored?.record.until).toBe(face.consent.endsAt);
      const { face: longer, ...bo } = person('Bo');
      const consent = { ...longer.consent, endsAt: wallTime(longer.consent.endsAt - 1) };
      const outliving = { ...bo, face: { consent, templates: longer.templates } };
      await expect(async () => opened.people.enrol(outliving)).rejects.toThrow(BrokenPromise);
      expect((await opened.people.load()).cardholders).toHaveLength(1);
    });

    it('takes no id that could say something about a person', async () => {
      await using opened = await open();
      const { cardholder } = cardHolder('Ada');
      const telling = { cardholder, credentials: [{ ...person('Ada').credentials[0]!, id: 'card-of-ada' as never }] };
      await expect(async () => opened.people.enrol(telling)).rejects.toThrow(BrokenPromise);
    });

    it('forgets the face of a person who withdraws, and lets that person in by card as before', async () => {
      await using opened = await open();
      const { people } = opened;
      for (const label of ['Ada', 'Bo']) await people.enrol(person(label));
      const deletion = await people.withdrawFace(ADA, NOW);
      expect(deletion).toMatchObject({ pseudonym: ADA, biometricKeyDestroyedAt: NOW, recordKey: { kind: 'in-use' } });
      const roster = await wholeRoster(people);
      expect(roster.cardholders).toHaveLength(2);
      expect(roster.credentials).toHaveLength(4);
      expect(roster.templates.map(valuesOf)).toEqual([featuresOf('Bo')]);
      expect(await people.consentsOf(ADA)).toEqual([person('Ada').face.consent]);
    });

    it('says of a face that was withdrawn twice when it was destroyed', async () => {
      await using opened = await open();
      await opened.people.enrol(person('Ada'));
      await opened.people.withdrawFace(ADA, NOW);
      expect((await opened.people.withdrawFace(ADA, later(5))).biometricKeyDestroyedAt).toBe(NOW);
    });

    it('restricts an erased person until the last legal minimum has ended, and erases then', async () => {
      await using opened = await open();
      const { people } = opened;
      for (const label of ['Ada', 'Bo']) await people.enrol(person(label));
      const until = later(LEGAL_MINIMUM.consentRecords);
      const asked = await people.erase(ADA, NOW, LEGAL_MINIMUM);
      expect(asked).toMatchObject({ biometricKeyDestroyedAt: NOW, recordKey: { kind: 'restricted', until } });
      const roster = await wholeRoster(people);
      expect(roster.cardholders).toEqual([person('Bo').cardholder]);
      expect(roster.credentials).toEqual(person('Bo').credentials);
      expect(roster.templates).toHaveLength(1);
      expect(await people.consentsOf(ADA)).toHaveLength(1);
      expect(await people.eraseDue(wallTime(until - 1))).toEqual([]);
      const [erased] = await people.eraseDue(until);
      expect(erased).toMatchObject({ biometricKeyDestroyedAt: NOW, recordKey: { kind: 'destroyed', at: until } });
      expect(await people.consentsOf(ADA)).toEqual([]);
      expect(await people.eraseDue(until)).toEqual([]);
    });

    it('keeps records of somebody who never gave a face for as long as the log alone demands', async () => {
      await using opened = await open();
      await opened.people.enrol(cardHolder('Ada'));
      const { recordKey } = await opened.people.erase(ADA, NOW, LEGAL_MINIMUM);
      expect(recordKey).toEqual({ kind: 'restricted', until: later(LEGAL_MINIMUM.accessEvents) });
    });

    it('counts the minimum of a consent from its withdrawal, and asking again moves nothing', async () => {
      await using opened = await open();
      await opened.people.enrol(person('Ada'));
      await opened.people.withdrawFace(ADA, NOW);
      const until = later(LEGAL_MINIMUM.consentRecords);
      for (const asked of [1_000, 2_000])
        expect((await opened.people.erase(ADA, later(asked), LEGAL_MINIMUM)).recordKey).toEqual({
          kind: 'restricted',
          until,
        });
    });

    it('erases several people in one act, or none where one of them is not known', async () => {
      await using opened = await open();
      const { people } = opened;
      const labels = ['Ada', 'Bo', 'Cy'];
      for (const label of labels) await people.enrol(person(label));
      const [ada, bo] = labels.map((label) => person(label).cardholder.pseudonym);
      const nobody = person('nobody').cardholder.pseudonym;
      await faultOf(() => people.eraseAll([ada!, nobody], NOW, LEGAL_MINIMUM), 'storage');
      await faultOf(() => people.withdrawFace(nobody, NOW), 'storage');
      expect((await people.load()).cardholders).toHaveLength(3);
      expect(await people.eraseAll([ada!, bo!], NOW, LEGAL_MINIMUM)).toHaveLength(2);
      expect((await people.load()).cardholders).toEqual([person('Cy').cardholder]);
      expect(await people.eraseDue(later(LEGAL_MINIMUM.consentRecords))).toHaveLength(2);
    });

    it('ends the faces of several people in one act, and passes over whoever is not known', async () => {
      await using opened = await open();
      const { people } = opened;
      for (const label of ['Ada', 'Bo', 'Cy']) await people.enrol(person(label));
      const gone = ['Ada', 'nobody', 'Bo'].map((label) => person(label).cardholder.pseudonym);
      const deletions = await people.withdrawFaces(gone, NOW);
      expect(deletions.map(({ pseudonym }) => pseudonym)).toEqual([gone[0], gone[2]]);
      const roster = await wholeRoster(people);
      expect([roster.cardholders.length, roster.templates.map(valuesOf)]).toEqual([3, [featuresOf('Cy')]]);
      expect(await people.withdrawFaces([], NOW)).toEqual([]);
    });

    it('takes a new face of somebody who has withdrawn, and keeps both consents', async () => {
      await using opened = await open();
      const { people } = opened;
      await people.enrol(person('Ada'));
      await people.withdrawFace(ADA, NOW);
      await people.addFace(faceAnew('Ada'));
      const roster = await wholeRoster(people);
      expect([roster.cardholders.length, roster.credentials.length]).toEqual([1, 2]);
      expect(roster.templates.map(valuesOf)).toEqual([featuresOf('anew Ada')]);
      expect(await people.consentsOf(ADA)).toEqual([faceAnew('Ada').consent, person('Ada').face.consent]);
      expect(await people.deletionOf(ADA)).toBeUndefined();
      expect((await people.withdrawFace(ADA, later(9))).biometricKeyDestroyedAt).toBe(later(9));
      expect((await wholeRoster(people)).templates).toEqual([]);
    });

    it('takes a first face of somebody who came with a card', async () => {
      await using opened = await open();
      await opened.people.enrol(cardHolder('Ada'));
      await opened.people.addFace(faceAnew('Ada'));
      expect((await wholeRoster(opened.people)).templates.map(valuesOf)).toEqual([featuresOf('anew Ada')]);
    });

    it('takes no second face, none of somebody it does not know, and none of a person who is to be erased', async () => {
      await using opened = await open();
      const { people } = opened;
      for (const label of ['Ada', 'Bo']) await people.enrol(person(label));
      await people.erase(person('Bo').cardholder.pseudonym, NOW, LEGAL_MINIMUM);
      for (const label of ['Ada', 'Bo', 'nobody']) await faultOf(() => people.addFace(faceAnew(label)), 'storage');
      expect((await wholeRoster(people)).templates.map(valuesOf)).toEqual([featuresOf('Ada')]);
      const strange = { ...faceAnew('Ada'), templates: person('Bo').face.templates };
      await expect(async () => people.addFace(strange)).rejects.toThrow(BrokenPromise);
    });

    it('stores nothing of a new face whose consent has an id that is taken', async () => {
      await using opened = await open();
      const { people } = opened;
      for (const label of ['Ada', 'Bo']) await people.enrol(person(label));
      await people.withdrawFace(ADA, NOW);
      const { consent, templates } = faceAnew('Ada');
      const id = person('Bo').face.consent.id;
      const taken = templates.map((one) => new Template({ ...one.record, consent: id }, valuesOf(one)));
      await faultOf(() => people.addFace({ consent: { ...consent, id }, templates: taken }), 'storage');
      expect((await wholeRoster(people)).templates.map(valuesOf)).toEqual([featuresOf('Bo')]);
      expect(await people.deletionOf(ADA)).toMatchObject({ biometricKeyDestroyedAt: NOW });
      await people.addFace(faceAnew('Ada'));
    });

    it('says what was deleted of somebody so far', async () => {
      await using opened = await open();
      const { people } = opened;
      for (const label of ['Ada', 'Bo']) await people.enrol(person(label));
      expect(await people.deletionOf(ADA)).toBeUndefined();
      expect(await people.deletionOf(person('nobody').cardholder.pseudonym)).toBeUndefined();
      const withdrawn = await people.withdrawFace(ADA, NOW);
      expect(await people.deletionOf(ADA)).toEqual(withdrawn);
      const asked = await people.erase(ADA, later(1), LEGAL_MINIMUM);
      expect(await people.deletionOf(ADA)).toEqual(asked);
      await people.eraseDue(later(LEGAL_MINIMUM.consentRecords + 1));
      expect(await people.deletionOf(ADA)).toBeUndefined();
    });

    it('tells when restricted people are due without saying who they are, and erases some at a time', async () => {
      await using opened = await open();
      const { people } = opened;
      for (const label of ['Ada', 'Bo', 'Cy']) await people.enrol(cardHolder(label));
      for (const [index, label] of ['Bo', 'Ada', 'Cy'].entries())
        await people.erase(person(label).cardholder.pseudonym, later(index), LEGAL_MINIMUM);
      const due = [0, 1, 2].map((index) => later(LEGAL_MINIMUM.accessEvents + index));
      expect(await people.dueErasures()).toEqual(due);
      expect(await people.eraseDue(due[1]!, 1)).toHaveLength(1);
      expect(await people.eraseDue(due[1]!, 1)).toHaveLength(1);
      expect(await people.eraseDue(due[1]!, 1)).toEqual([]);
      expect(await people.dueErasures()).toEqual([due[2]]);
    });

    it('forgets a revoked card and keeps its holder with everything else; once more is no error', async () => {
      await using opened = await open();
      const { people } = opened;
      await people.enrol(person('Ada'));
      const [card, pin] = person('Ada').credentials;
      await people.revokeCredential(card!.id, NOW);
      await people.revokeCredential(card!.id, later(1));
      const roster = await wholeRoster(people);
      expect([roster.cardholders.length, roster.credentials, roster.templates.length]).toEqual([1, [pin], 1]);
    });

    it('forgets consents that ended long ago, but none that a face still stands on or that holds', async () => {
      await using opened = await open();
      const { people } = opened;
      for (const label of ['Ada', 'Bo']) await people.enrol(person(label));
      const { endsAt } = person('Ada').face.consent;
      await people.withdrawFace(ADA, NOW);
      expect(await people.removeConsents(wallTime(endsAt - 1))).toEqual({ removed: 0 });
      const { removed } = await people.removeConsents(wallTime(1e13));
      expect([removed, await people.consentsOf(ADA)]).toEqual([1, []]);
      expect(await people.consentsOf(person('Bo').cardholder.pseudonym)).toHaveLength(1);
      expect((await people.load()).cardholders).toHaveLength(2);
    });

    it('takes nobody in under the pseudonym of a person who is restricted', async () => {
      await using opened = await open();
      await opened.people.enrol(person('Ada'));
      await opened.people.erase(ADA, NOW, LEGAL_MINIMUM);
      await faultOf(() => opened.people.enrol(person('Ada')), 'storage');
    });
  });
}
