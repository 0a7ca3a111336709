import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DoorId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { CHANGEABLE_KEYS } from '#core/ports/keyRoom.ts';
import { JOURNAL_EVENT_BYTES_MAX } from '#storage/journal/canonical.ts';
import { checkExport } from '#storage/journal/checkExport.ts';
import { JournalChecker } from '#storage/journal/checkJournal.ts';
import { JournalTables } from '#storage/journal/journalTables.ts';
import { hex, signCheckpoint, unhex } from '#storage/journal/signing.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { createEd25519Signer } from '#storage/keys/curveKeys.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { verifyReceipt } from '#storage/keys/receipts.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { Keyring } from '#storage/stores/keyring.ts';
import { wholeRoster } from '../../fakes/wholeRoster.ts';
import { epochOf } from '../support/epochs.ts';
import { faultOf } from '../support/faults.ts';
import { TestFolder } from '../support/folder.ts';
import { cardHolder, person, valuesOf } from '../support/people.ts';

const egress = (at: number): { at: ReturnType<typeof wallTime>; event: { kind: 'egress'; door: DoorId } } => ({
  at: wallTime(at),
  event: { kind: 'egress', door: 'front' as DoorId },
});

async function withPeople(): Promise<TestFolder> {
  const folder = new TestFolder();
  const storage = await folder.open();
  await storage.people.enrolMany(['Ada', 'Bo', 'Cy'].map(person));
  await storage.people.enrol(cardHolder('Di'));
  await storage.journal.append(egress(1));
  await storage.close();
  return folder;
}

/** The root secret in a file of its own, as a gate has it. */
function rooted(folder: TestFolder): { root: { kind: 'file'; path: string }; master: () => Uint8Array } {
  const root = { kind: 'file', path: `${folder.path}.root` } as const;
  const store = createKeyStore(root);
  store.restore(folder.master);
  return { root, master: () => openRoot(store, folder.path) };
}

describe('changing a key while the gate works', () => {
  it('leaves everybody and every entry as they were, whichever it is', async () => {
    await using folder = await withPeople();
    const { root, master } = rooted(folder);
    try {
      const storage = await folder.open({ root });
      for (const [index, key] of CHANGEABLE_KEYS.entries()) {
        await storage.keys.change(key);
        expect(await storage.keys.changes()).toContainEqual({ key, changes: 1, at: expect.any(Number) });
        await storage.journal.append(egress(2 + index));
      }
      await storage.people.enrol(person('Ed'));
      expect(await storage.journal.check({ indexes: true })).toMatchObject({ ok: true });
      await storage.close();
      const again = await folder.open({ root, master: master() });
      const roster = await wholeRoster(again.people);
      expect(roster.cardholders).toHaveLength(5);
      expect(roster.templates.map((template) => Array.from(valuesOf(template)))).toEqual(
        ['Ada', 'Bo', 'Cy', 'Ed'].map((label) => Array.from(valuesOf(person(label).face.templates[0]!))),
      );
      const { entries } = await again.journal.search({ kind: 'key-changed' }, 10);
      const told = entries.toSorted((a, b) => a.id - b.id).map(({ event }) => event);
      expect(told).toEqual(CHANGEABLE_KEYS.map((key) => ({ kind: 'key-changed', key })));
      expect(await again.journal.check({ indexes: true })).toMatchObject({ ok: true, recordedDamage: [] });
      expect(folder.reports).toEqual([]);
    } finally {
      rmSync(root.path, { force: true });
    }
  });

  it('loses no entry and refuses none that comes meanwhile', async () => {
    await using folder = new TestFolder();
    const filler = 'x'.repeat(JOURNAL_EVENT_BYTES_MAX / 2);
    {
      using vault = folder.vault();
      for (let batch = 0; batch < 20; batch++)
        vault.journal.append(
          Array.from({ length: 500 }, (_, index) => ({
            at: wallTime(batch * 500 + index),
            event: { kind: 'operator-action' as const, action: filler },
          })),
        );
    }
    const storage = await folder.open();
    const answers: Promise<number>[] = [];
    const changes = { ended: false };
    const changing = (async () => {
      for (const key of ['journal.db', 'signing', 'people', 'journal.db'] as const) await storage.keys.change(key);
      changes.ended = true;
    })();
    while (!changes.ended) {
      answers.push(storage.journal.append(egress(1e6 + answers.length)));
      await new Promise((resolve) => setImmediate(resolve));
      await answers.at(-1);
    }
    await changing;
    const ids = await Promise.all(answers);
    expect(ids.length).toBeGreaterThan(10);
    expect(new Set(ids).size).toBe(ids.length);
    const { entries } = await storage.journal.search({ kind: 'egress' }, ids.length + 1);
    expect(entries.map(({ id }) => id)).toEqual(ids);
    expect(await storage.journal.check({ indexes: false })).toMatchObject({ ok: true });
  });

  it('is recorded by the next start where this one had no time for it', async () => {
    await using folder = await withPeople();
    {
      using vault = folder.vault();
      expect(vault.keys.change('backup').next().value).toEqual({});
      expect(vault.keys.standing.unrecorded).toEqual(['backup']);
    }
    const storage = await folder.open();
    expect((await storage.journal.search({ kind: 'key-changed' }, 10)).entries).toHaveLength(1);
    await storage.close();
    using vault = folder.vault();
    expect(vault.keys.standing.unrecorded).toEqual([]);
  });
});

it('once the keys of the people are changed, nobody with all that lay there before opens a template of today', async () => {
  await using folder = await withPeople();
  const before = mkdtempSync(join(tmpdir(), 'lintel-before-'));
  try {
    cpSync(folder.path, before, { recursive: true });
    cpSync(epochOf(folder.path).path, epochOf(before).path);
    const storage = await folder.open();
    await storage.keys.change('people');
    await storage.close();
    const faceKeysOf = (epochBeside: string, path: string): string[] => {
      using database = folder.database('keyring.db', path);
      const store = createEpochStore(epochOf(epochBeside));
      const epochs = {
        protection: store.protection,
        read: () => store.read(),
        hold: () => undefined,
        destroy: () => undefined,
      };
      using keyring = new Keyring({ database, epochs, version1Key: new Uint8Array(32), renewed: () => undefined });
      using keys = keyring.biometricKeys();
      return [...keys].map(([, key]) => key.export().toString('hex'));
    };
    const old = faceKeysOf(before, before);
    const present = faceKeysOf(folder.path, folder.path);
    expect([old.length, present.length]).toEqual([4, 4]);
    expect(present.filter((key) => old.includes(key))).toEqual([]);
    await faultOf(() => faceKeysOf(before, folder.path), 'key');
    await faultOf(() => faceKeysOf(folder.path, before), 'key');
  } finally {
    rmSync(before, { recursive: true, force: true });
    rmSync(epochOf(before).path, { force: true });
  }
});

describe('a signing key that another has taken the place of', () => {
  it('vouches for what it signed, and for no entry behind the change', async () => {
    await using folder = await withPeople();
    const seed = ((): Buffer => {
      using cabinet = openCabinet(folder.path, folder.master);
      return cabinet.key('signing');
    })();
    const stolen = createEd25519Signer(seed);
    const exported = join(folder.path, 'export.jsonl');
    const receipt = await (async (): Promise<string> => {
      const storage = await folder.open();
      await storage.journal.export({ path: exported, form: 'jsonl' });
      const { pseudonym } = person('Ada').cardholder;
      const given = await storage.receipts.ofDeletion(
        await storage.people.withdrawFace(pseudonym, wallTime(5)),
        wallTime(6),
      );
      await storage.keys.change('signing');
      await storage.journal.append(egress(7));
      await storage.close();
      return JSON.stringify(given);
    })();
    using cabinet = openCabinet(folder.path, folder.master);
    const present = createEd25519Signer(cabinet.key('signing'));
    const retired = cabinet.retiredSigningKeys;
    expect(retired.map(({ key }) => hex(key))).toEqual([hex(stolen.publicKey)]);
    const listed = [present.publicKey, ...retired.map(({ key }) => key)];
    expect(verifyReceipt(receipt, listed)).toMatchObject({ kind: 'withdrawal' });
    expect(await checkExport(exported, listed)).toMatchObject({ ok: true });

    using database = folder.database('journal.db');
    const tables = new JournalTables(database);
    const check = (): unknown => {
      const parts = { tables, trusted: [{ key: present.publicKey }, ...retired], anchors: [] };
      const all = new JournalChecker(parts).all(false);
      let part = all.next();
      while (part.done !== true) part = all.next();
      return part.value.findings.map(({ kind }) => kind);
    };
    expect(check()).toEqual([]);
    const last = tables.lastCheckpoint()!;
    expect(last.key).toBe(hex(present.publicKey));
    const forged = signCheckpoint(stolen, last);
    database
      .prepare('UPDATE checkpoints SET key = ?, signature = ? WHERE id = ?')
      .run(unhex(forged.key), unhex(forged.signature), last.id);
    expect(check()).toEqual(['bad-signature']);
  });
});

describe('the root secret', () => {
  it('is changed without a moment in which nothing opens; the one from before opens nothing any more', async () => {
    await using folder = await withPeople();
    const { root, master } = rooted(folder);
    try {
      const storage = await folder.open({ root });
      await storage.keys.change('root');
      await storage.close();
      await faultOf(() => openCabinet(folder.path, folder.master), 'key');
      openCabinet(folder.path, master())[Symbol.dispose]();
      expect(readFileSync(root.path).includes(Buffer.from(folder.master))).toBe(false);
    } finally {
      rmSync(root.path, { force: true });
    }
  });

  it('is not changed where nobody knows where it lies', async () => {
    await using folder = await withPeople();
    const storage = await folder.open();
    await faultOf(() => storage.keys.change('root'), 'key');
    expect(await storage.keys.changes()).toContainEqual({ key: 'root', changes: 0, at: expect.any(Number) });
  });
});
