import { assert } from '#core/kernel/assert.ts';
import type { Enrolment } from '#core/ports/stores.ts';
import { idBytes } from '../files/randomId.ts';

/** @throws BrokenPromise where the parts of an enrolment do not belong to one person, or an id is not a random one. */
export function checkEnrolment({ cardholder, credentials, face }: Enrolment): void {
  const { pseudonym } = cardholder;
  idBytes(pseudonym);
  for (const credential of credentials) {
    idBytes(credential.id);
    assert(credential.pseudonym === pseudonym, 'a credential is enrolled with its own holder');
  }
  if (face === undefined) return;
  idBytes(face.consent.id);
  assert(face.consent.pseudonym === pseudonym, 'a consent is enrolled with the person who gave it');
  for (const { record } of face.templates) {
    idBytes(record.id);
    assert(record.pseudonym === pseudonym, 'a template is enrolled with its own person');
    assert(record.consent === face.consent.id, 'a template stands on the consent that it is enrolled with');
    assert(record.until === face.consent.endsAt, 'a template ends with its consent');
  }
}
