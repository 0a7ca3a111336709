import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { Template } from '#core/biometrics/template.ts';
import type { PeopleStore, Roster } from '#core/ports/stores.ts';

/** Everybody with their templates, which a gate has nowhere but in its gallery. */
export async function wholeRoster(people: PeopleStore): Promise<Roster & { readonly templates: readonly Template[] }> {
  const templates: Template[] = [];
  const roster = await people.load((some) => templates.push(...some.map(copyOf)));
  const known = new Set(roster.cardholders.map(({ pseudonym }) => pseudonym));
  return { ...roster, templates: templates.filter(({ record }) => known.has(record.pseudonym)) };
}

/** The same template in memory of its own. */
export function copyOf(template: Template): Template {
  const values = new Float32Array(FEATURE_LENGTH);
  template.copyTo(values, 0);
  return new Template(template.record, values);
}
