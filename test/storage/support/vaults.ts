import type { Cardholder, Credential } from '#core/access/credential.ts';
import { recordsOf } from '#storage/stores/rosterPage.ts';
import type { TemplateRecord } from '#core/biometrics/template.ts';
import type { Enrolment } from '#core/ports/stores.ts';
import type { Vault } from '#storage/thread/vault.ts';
import { TEMPLATE_BYTES } from '#storage/stores/templates.ts';

/** Enrols people as one act, as the thread does. */
export function enrolIn(vault: Vault, people: readonly Enrolment[]): void {
  const templates = people.flatMap(({ face }) => face?.templates ?? []);
  const features = new Float32Array((templates.length * TEMPLATE_BYTES) / Float32Array.BYTES_PER_ELEMENT);
  for (const [index, template] of templates.entries()) template.copyTo(features, (index * TEMPLATE_BYTES) / 4);
  vault.people.enrol(
    people.map(({ cardholder, credentials, face }) => ({
      cardholder,
      credentials,
      templates: (face?.templates ?? []).map(({ record }) => record),
      ...(face === undefined ? {} : { consent: face.consent }),
    })),
    new Uint8Array(features.buffer),
  );
}

/** Who comes in: everybody read but those to be left out. */
export function rosterOf(vault: Vault): {
  cardholders: Cardholder[];
  credentials: Credential[];
  templates: TemplateRecord[];
} {
  const roster = {
    cardholders: [] as Cardholder[],
    credentials: [] as Credential[],
    templates: [] as TemplateRecord[],
  };
  const parts = vault.people.load();
  for (let next = parts.next(); ; next = parts.next()) {
    if (next.done === true) {
      const leftOut = new Set(next.value);
      return {
        cardholders: roster.cardholders.filter(({ pseudonym }) => !leftOut.has(pseudonym)),
        credentials: roster.credentials.filter(({ pseudonym }) => !leftOut.has(pseudonym)),
        templates: roster.templates.filter(({ pseudonym }) => !leftOut.has(pseudonym)),
      };
    }
    roster.cardholders.push(...next.value.cardholders);
    roster.credentials.push(...next.value.credentials);
    roster.templates.push(...recordsOf(next.value.templates));
  }
}
