import { Directory } from '#core/access/directory.ts';
import { Gallery } from '#core/biometrics/gallery.ts';
import type { TemplateRecord } from '#core/biometrics/template.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { SecretMemory } from '#core/ports/secretMemory.ts';
import type { PeopleStore, Roster } from '#core/ports/stores.ts';
import { hasEnded } from '#core/privacy/consent.ts';

export interface RosterParts {
  readonly people: PeopleStore;
  readonly clock: Clock;
  readonly health: Health;
  /** The engine's: templates of another one cannot be compared. */
  readonly templateFormat: string;
  /** Where templates lie; without it as the system gives it. */
  readonly memory?: SecretMemory;
}

/** Everybody, in memory. There is none of only some of them: whoever is missing would be denied as unknown. */
export interface LoadedRoster {
  readonly directory: Directory;
  /** Overwritten by whoever has the roster. */
  readonly gallery: Gallery;
  /** The format of every template in the gallery. */
  readonly templateFormat: string;
  /** Of every template that is stored, also of those that are not compared. */
  readonly records: readonly TemplateRecord[];
}

/**
 * Templates of another format are not taken in: these people use card or PIN until enrolled anew. Nor is one whose consent
 * has ended; the sweep removes it.
 * @throws Fault of the store; what was taken in by then is overwritten.
 */
export async function loadRoster({
  people,
  clock,
  health,
  templateFormat,
  memory,
}: RosterParts): Promise<LoadedRoster> {
  using undone = new DisposableStack();
  const gallery = undone.use(new Gallery(memory));
  const read: TemplateRecord[] = [];
  const at = clock.wall();
  const roster = await people.load((templates) => {
    for (const template of templates) {
      const { record } = template;
      read.push(record);
      if (record.format === templateFormat && !hasEnded(record.until, at)) gallery.add(template);
    }
  });
  const directory = directoryOf(roster);
  const leftOut = ({ pseudonym }: TemplateRecord): boolean => directory.holder(pseudonym) === undefined;
  for (const { pseudonym } of read.filter(leftOut)) gallery.remove(pseudonym);
  const records = read.filter((record) => !leftOut(record));
  tellForeign(records, templateFormat, health);
  undone.move();
  return { directory, gallery, templateFormat, records };
}

function directoryOf({ cardholders, credentials }: Roster): Directory {
  const directory = new Directory();
  for (const cardholder of cardholders) directory.add(cardholder, []);
  for (const credential of credentials) directory.addCredential(credential);
  return directory;
}

function tellForeign(records: readonly TemplateRecord[], templateFormat: string, health: Health): void {
  const foreign = records.filter(({ format }) => format !== templateFormat).length;
  if (foreign === 0) return;
  const says = `${foreign} templates were made by another model and are not compared`;
  health.report({ part: 'templates', level: 'warning', says });
}
