import { assert } from '#core/kernel/assert.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { EnrolledFace, Enrolment } from '#core/ports/stores.ts';
import { idBytes } from '../files/randomId.ts';

/** @throws BrokenPromise where the parts of an enrolment do not belong to one person, or an id is not a random one. */
export function checkEnrolment({ cardholder, credentials, face }: Enrolment): void {
  const { pseudonym } = cardholder;
  idBytes(pseudonym);
  for (const credential of credentials) {
    idBytes(credential.id);
    assert(credential.pseudonym === pseudonym, 'a credential is enrolled with its own holder');
  }
  if (face !== undefined) checkFace(pseudonym, face);
}

/** @throws BrokenPromise where consent and templates do not belong to this person and together. */
export function checkFace(pseudonym: Pseudonym, { consent, templates }: EnrolledFace): void {
  idBytes(consent.id);
  assert(consent.pseudonym === pseudonym, 'a consent is enrolled with the person who gave it');
  assert(templates.length > 0, 'a face has a template');
  for (const { record } of templates) {
    idBytes(record.id);
    assert(record.pseudonym === pseudonym, 'a template is enrolled with its own person');
    assert(record.consent === consent.id, 'a template stands on the consent that it is enrolled with');
    assert(record.until === consent.endsAt, 'a template ends with its consent');
  }
}
