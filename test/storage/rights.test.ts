import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import { verifyReceipt } from '#storage/keys/receipts.ts';
import { RevokedCredentials } from '#storage/stores/revokedCredentials.ts';
import { wholeRoster } from '../fakes/wholeRoster.ts';
import { faultOf } from './support/faults.ts';
import { TestFolder } from './support/folder.ts';
import { faceAnew, featuresOf, person, valuesOf } from './support/people.ts';

const AT = wallTime(1_770_000_000_000);
const ADA = person('Ada').cardholder.pseudonym;
const CARD = person('Ada').credentials[0]!.id;
const FRONT = 'front' as AccessPointId;

describe('on the disk', () => {
  it('a face that was given again is there after a restart, and only the new one', async () => {
    await using folder = new TestFolder();
    const storage = await folder.open();
    await storage.people.enrol(person('Ada'));
    await storage.people.withdrawFace(ADA, AT);
    await storage.people.addFace(faceAnew('Ada'));
    await storage.close();
    const again = await folder.open();
    expect((await wholeRoster(again.people)).templates.map(valuesOf)).toEqual([featuresOf('anew Ada')]);
    expect(await again.people.consentsOf(ADA)).toHaveLength(2);
    expect(folder.reports.filter(({ level, part }) => part === 'people' && level !== 'ok')).toEqual([]);
  });

  it('a template from before a withdrawal opens nothing, though the person has a face again', async () => {
    await using folder = new TestFolder();
    const storage = await folder.open();
    await storage.people.enrol(person('Ada'));
    await storage.close();
    const before = join(folder.path, 'before');
    copyFileSync(join(folder.path, 'biometrics.db'), before);
    const second = await folder.open();
    await second.people.withdrawFace(ADA, AT);
    await second.people.addFace(faceAnew('Ada'));
    await second.close();
    copyFileSync(before, join(folder.path, 'biometrics.db'));
    const third = await folder.open();
    // A row that does not open leaves its person out: what somebody put back opens no door.
    expect((await wholeRoster(third.people)).templates).toEqual([]);
    expect(folder.reports.map(({ says }) => says).join()).toContain('left out');
  });

  it('a revoked card stays revoked when an older file with its record is put back', async () => {
    await using folder = new TestFolder();
    const storage = await folder.open();
    for (const label of ['Ada', 'Bo']) await storage.people.enrol(person(label));
    await storage.close();
    const before = join(folder.path, 'before');
    copyFileSync(join(folder.path, 'identities.db'), before);
    const second = await folder.open();
    await second.people.revokeCredential(CARD, AT);
    await second.close();
    copyFileSync(before, join(folder.path, 'identities.db'));
    const third = await folder.open();
    const { credentials } = await third.people.load();
    expect(credentials.map(({ id }) => id)).not.toContain(CARD);
    expect(credentials).toHaveLength(3);
    await third.close();
    using keyring = folder.database('keyring.db');
    expect(new RevokedCredentials(keyring).all()).toEqual([{ credential: CARD, at: AT }]);
  });

  it('receipts are signed by the terminal, can be checked offline, and are given again from the receipt alone', async () => {
    await using folder = new TestFolder();
    const { people, receipts } = await folder.open();
    await people.enrol(person('Ada'));
    const given = await receipts.ofDeletion(await people.erase(ADA, AT, LEGAL_MINIMUM), AT);
    const trusted = [Buffer.from(given.key, 'hex')];
    expect(verifyReceipt(JSON.stringify(given), trusted)).toMatchObject({ kind: 'erasure', pseudonym: ADA });
    await people.eraseDue(wallTime(AT + LEGAL_MINIMUM.consentRecords));
    expect(await people.deletionOf(ADA)).toBeUndefined();
    const again = await receipts.again(given, wallTime(AT + 1));
    expect(again.receipt).toEqual({ ...given.receipt, issuedAt: AT + 1 });
    expect(verifyReceipt(JSON.stringify(again), trusted)).toEqual(again.receipt);
    const changed = { ...given, receipt: { ...given.receipt, issuedAt: wallTime(AT + 2) } };
    await faultOf(async () => receipts.again(changed, AT), 'key');
    const revoked = await receipts.ofRevocation({ pseudonym: ADA, credential: CARD, revokedAt: AT }, AT);
    expect(verifyReceipt(JSON.stringify(revoked), trusted)).toEqual(revoked.receipt);
  });

  it('entries of an erased person lose their subject and the journal still verifies', async () => {
    await using folder = new TestFolder();
    const storage = await folder.open();
    const { people, journal } = storage;
    for (const label of ['Ada', 'Bo']) await people.enrol(person(label));
    const bo = person('Bo').cardholder.pseudonym;
    const event = { kind: 'access-granted', accessPoint: FRONT, factors: ['card'] } as const;
    for (const subject of [ADA, bo]) await journal.append({ at: AT, event, subject });
    const named = async (subjects: true | readonly (typeof ADA)[]): Promise<unknown[]> =>
      (await journal.search({ kind: 'access-granted', subjects }, 10)).entries.map(({ subject }) => subject);
    expect([await named(true), await named([bo])]).toEqual([
      [ADA, bo],
      [ADA, bo],
    ]);
    await people.erase(ADA, AT, LEGAL_MINIMUM);
    await people.eraseDue(wallTime(AT + LEGAL_MINIMUM.consentRecords));
    expect(await named(true)).toEqual([undefined, bo]);
    await storage.close();
    expect(await (await folder.open()).journal.check({ indexes: true })).toMatchObject({ ok: true, entries: 2 });
  });
});
