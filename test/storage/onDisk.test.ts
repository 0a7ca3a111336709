import { expect, it } from 'vitest';
import type { AccessPointId, JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Storage } from '#storage/openStorage.ts';
import { TestFolder } from './support/folder.ts';
import { cardOf, endOf, featuresOf, nameOf, numberOf, person, pinHashOf } from './support/people.ts';

const LABELS = ['Ada', 'Bo', 'Cy'];

/** Everything about a person that somebody might look for in a file. */
function tracesOf(label: string): { readonly what: string; readonly bytes: Buffer }[] {
  const { face } = person(label);
  const features = Buffer.from(featuresOf(label).buffer);
  return [
    { what: 'name', bytes: Buffer.from(nameOf(label), 'utf8') },
    { what: 'name in UTF-16', bytes: Buffer.from(nameOf(label), 'utf16le') },
    { what: 'card number', bytes: Buffer.from(cardOf(label)) },
    { what: 'card number in bytes', bytes: Buffer.from(cardOf(label), 'hex') },
    { what: 'personal number', bytes: Buffer.from(numberOf(label)) },
    { what: 'PIN hash', bytes: Buffer.from(pinHashOf(label)) },
    { what: 'terminal of the consent', bytes: Buffer.from(face.consent.terminal) },
    { what: 'template', bytes: features.subarray(0, 64) },
    { what: 'end of the template', bytes: features.subarray(-64) },
    ...endsOf(label).map((bytes) => ({ what: 'end of the consent', bytes })),
    { what: 'pseudonym', bytes: Buffer.from(face.consent.pseudonym) },
    { what: 'pseudonym in bytes', bytes: Buffer.from(face.consent.pseudonym, 'hex') },
  ];
}

/** The end of somebody's consent as a column of numbers would hold it, a blob, or text. */
function endsOf(label: string): Buffer[] {
  const [whole, double] = [Buffer.alloc(6), Buffer.alloc(8)];
  whole.writeUIntBE(endOf(label), 0, 6);
  double.writeDoubleLE(endOf(label));
  return [whole, double, Buffer.from(String(endOf(label)))];
}

async function fill(folder: TestFolder): Promise<Storage> {
  const storage = await folder.open();
  for (const label of LABELS) {
    await storage.people.enrol(person(label));
    const subject = person(label).cardholder.pseudonym;
    const event = { kind: 'access-granted', accessPoint: 'front' as AccessPointId, factors: ['face'] } as const;
    await storage.journal.append({ at: wallTime(1), event, subject });
  }
  await storage.people.withdrawFace(person('Cy').cardholder.pseudonym, wallTime(1_770_000_000_000));
  await storage.journal.read(1 as JournalId, 10);
  return storage;
}

const found = (folder: TestFolder): string[] =>
  folder.files().flatMap(({ name, bytes }) =>
    LABELS.flatMap((label) =>
      tracesOf(label)
        .filter((trace) => bytes.includes(trace.bytes))
        .map(({ what }) => `${what} of ${label} in ${name}`),
    ),
  );

it('no file of an open gate, WAL included, holds anything of a person; nor after it is closed', async () => {
  await using folder = new TestFolder();
  const storage = await fill(folder);
  expect(folder.files().map(({ name }) => name)).toContain('identities.db-wal');
  expect(found(folder)).toEqual([]);
  await storage.close();
  expect(found(folder)).toEqual([]);
});

it('the search would have found it', async () => {
  await using folder = new TestFolder();
  const storage = await fill(folder);
  await storage.close();
  {
    // The same file with its cipher taken away: the rows are sealed still, the pseudonyms stand there.
    using identities = folder.database('identities.db');
    identities.pragma('journal_mode = DELETE');
    identities.pragma("rekey = ''");
  }
  expect(found(folder)).toEqual(LABELS.map((label) => `pseudonym in bytes of ${label} in identities.db`));
});

it('behind the file cipher neither templates nor consents say when they end, nor whose they are but by pseudonym', async () => {
  await using folder = new TestFolder();
  const storage = await fill(folder);
  await storage.close();
  {
    using biometrics = folder.database('biometrics.db');
    biometrics.pragma('journal_mode = DELETE');
    biometrics.exec('CREATE TABLE clear (whole INTEGER, double BLOB, text TEXT)');
    const [, double, text] = endsOf('nobody');
    biometrics.prepare('INSERT INTO clear VALUES (?, ?, ?)').run(endOf('nobody'), double, String(text));
    biometrics.pragma("rekey = ''");
  }
  expect(found(folder)).toEqual(LABELS.map((label) => `pseudonym in bytes of ${label} in biometrics.db`));
  const file = folder.files().find(({ name }) => name === 'biometrics.db');
  const seen = endsOf('nobody').map((bytes) => file?.bytes.includes(bytes));
  expect(seen, 'the search would have found it').toEqual([true, true, true]);
});

it('behind the file cipher the journal names nobody, not even by pseudonym', async () => {
  await using folder = new TestFolder();
  const storage = await fill(folder);
  await storage.close();
  {
    using journal = folder.database('journal.db');
    journal.pragma('journal_mode = DELETE');
    journal.pragma("rekey = ''");
  }
  expect(
    folder
      .files()
      .find(({ name }) => name === 'journal.db')
      ?.bytes.includes('access-granted'),
  ).toBe(true);
  expect(found(folder)).toEqual([]);
});
