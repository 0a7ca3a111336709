import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import type { DeletionReceipt, SignedReceipt } from '#core/privacy/receipt.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { newRecoveryKeys } from '#storage/keys/curveKeys.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { escrowFile, openEscrow } from '#storage/keys/escrow.ts';
import { verifyReceipt } from '#storage/keys/receipts.ts';
import { Vault } from '#storage/thread/vault.ts';
import { epochOf } from '../support/epochs.ts';
import { TestFolder } from '../support/folder.ts';
import { person } from '../support/people.ts';
import { enrolIn } from '../support/vaults.ts';

const AT = wallTime(1_770_000_000_000);
const ADA = person('Ada').cardholder.pseudonym;

it('a withdrawal is pending for an escrow place that is away, and done once that has come back', async () => {
  await using folder = new TestFolder();
  const recovery = newRecoveryKeys();
  {
    using cabinet = openCabinet(folder.path, folder.master);
    cabinet.recoveryKey = recovery.public;
  }
  const [here, away] = ['here', 'away'].map((name) => join(folder.path, name)) as [string, string];
  mkdirSync(here);
  using vault = new Vault({
    folder: folder.path,
    simulated: true,
    master: folder.master,
    epoch: epochOf(folder.path),
    escrowPlaces: [here, away],
    maxPages: {},
    report: (line) => void folder.reports.push(line),
  });
  enrolIn(vault, [person('Ada')]);
  const deletion = vault.people.withdrawFace(ADA, AT);
  const states = ({ receipt }: SignedReceipt<DeletionReceipt>): string[] => receipt.escrow.map(({ state }) => state);
  const issued = vault.receipts.issue(deletion, AT);
  expect(states(issued)).toEqual(['done', 'pending']);
  expect(verifyReceipt(JSON.stringify(issued), [Buffer.from(issued.key, 'hex')])).toMatchObject({
    kind: 'withdrawal',
    biometricKeyDestroyedAt: AT,
    recordKey: { kind: 'in-use' },
  });
  expect(folder.reports.at(-1)?.says).toContain(away);
  mkdirSync(away);
  vault.retryEscrow();
  expect(states(vault.receipts.issue(deletion, AT))).toEqual(['done', 'done']);
  for (const place of [here, away]) {
    const opened = openEscrow(join(place, escrowFile(issued.receipt.terminal)), recovery.secret);
    expect([opened.epoch]).toEqual(createEpochStore(epochOf(folder.path)).read());
  }
});
