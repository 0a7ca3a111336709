import { describe, expect, it } from 'vitest';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { DeletionReceipt, SignedReceipt } from '#core/privacy/receipt.ts';
import { days, LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import { RIGHTS_RETRY_MS } from '#terminal/subjectRights.ts';
import { wholeRoster } from '../fakes/wholeRoster.ts';
import { fakeFrame } from '../fakes/fakeFrame.ts';
import { idFrom } from '../fakes/fakePeopleStore.ts';
import { faultOf } from '../storage/support/faults.ts';
import { GateFixture, HOLDER } from './gateFixture.ts';

const CARD = { format: 'uid', number: '0a' };
const CARD_ID = idFrom<CredentialId>('card');
const NOT_RECOGNISED = { kind: 'denied', reason: 'not-recognised' };
const GRANTED = { kind: 'granted', by: 'face' };
const HEALTH = 'withdrawals, erasures and revocations';

const start = (): Promise<GateFixture> => GateFixture.start({ mode: 'tap-to-look' });

async function showCard(gate: GateFixture): Promise<GateFixture['screen']> {
  gate.reader.show(CARD);
  await gate.settle();
  return gate.screen;
}

const entries = ({ journal }: GateFixture, kind: string): unknown[] =>
  journal.recorded.filter(({ event }) => event.kind === kind).map(({ subject }) => subject);

const levelOf = ({ health }: GateFixture): string | undefined =>
  health.lines.find(({ part }) => part === HEALTH)?.level;

/** The holder stands before the camera of the desk and agrees anew. */
function giveFaceAgain(gate: GateFixture): ReturnType<GateFixture['terminal']['enrolment']['addFace']> {
  const { consent } = gate.faceOf({ label: 'holder', face: 1, consentMs: days(30) });
  const anew = { ...consent, id: idFrom<typeof consent.id>('consent anew') };
  return gate.terminal.enrolment.addFace(anew, async () => fakeFrame(11));
}

describe('a face that is withdrawn', () => {
  it('opens nothing from that very call, also while the disk still hangs', async () => {
    const gate = await start();
    const hangs = Promise.withResolvers<undefined>();
    const withdrawFace = gate.people.withdrawFace.bind(gate.people);
    gate.people.withdrawFace = async (...given) => {
      await hangs.promise;
      return await withdrawFace(...given);
    };
    const receipt = gate.terminal.rights.withdraw(HOLDER);
    expect(gate.terminal.gallery.people).toBe(0);
    expect(await gate.look('holder')).toEqual(NOT_RECOGNISED);
    hangs.resolve(undefined);
    expect((await receipt).receipt.kind).toBe('withdrawal');
  });

  it('is gone from the disk and recorded; the receipt says when, and card and PIN stay', async () => {
    const gate = await start();
    const { receipt } = await gate.terminal.rights.withdraw(HOLDER);
    const at = gate.clock.wall();
    expect(receipt).toMatchObject({ pseudonym: HOLDER, biometricKeyDestroyedAt: at, recordKey: { kind: 'in-use' } });
    expect((await wholeRoster(gate.people)).templates).toEqual([]);
    expect(entries(gate, 'face-withdrawn')).toEqual([HOLDER]);
    expect(await showCard(gate)).toEqual({ kind: 'granted', by: 'card' });
  });

  it('twice is recorded once, and the second receipt tells of the first time', async () => {
    const gate = await start();
    const first = await gate.terminal.rights.withdraw(HOLDER);
    gate.clock.advance(5_000);
    const second = await gate.terminal.rights.withdraw(HOLDER);
    expect(second.receipt.biometricKeyDestroyedAt).toBe(first.receipt.biometricKeyDestroyedAt);
    expect(entries(gate, 'face-withdrawn')).toEqual([HOLDER]);
  });

  it('can be given again, as strictly as the first time, and opens the door again', async () => {
    const gate = await start();
    await gate.terminal.rights.withdraw(HOLDER);
    expect(await giveFaceAgain(gate)).toEqual({ kind: 'enrolled' });
    expect(await gate.look('holder')).toEqual(GRANTED);
    expect(entries(gate, 'face-added')).toEqual([HOLDER]);
    expect(await giveFaceAgain(gate)).toEqual({ kind: 'refused', reason: 'already-enrolled' });
    await gate.terminal.rights.withdraw(HOLDER);
    expect(await gate.look('holder')).toEqual(NOT_RECOGNISED);
  });

  it('does not come back with a capture that was under way', async () => {
    const gate = await start();
    await gate.terminal.rights.withdraw(HOLDER);
    const addFace = gate.people.addFace.bind(gate.people);
    let withdrawn: Promise<unknown> | undefined;
    gate.people.addFace = async (face) => {
      await addFace(face);
      withdrawn = gate.terminal.rights.withdraw(HOLDER);
    };
    await giveFaceAgain(gate);
    await withdrawn;
    expect([gate.terminal.gallery.people, (await wholeRoster(gate.people)).templates]).toEqual([0, []]);
  });

  it('of somebody whom nobody enrolled is a fault, and nothing is owed', async () => {
    const gate = await start();
    await faultOf(() => gate.terminal.rights.withdraw(idFrom<Pseudonym>('nobody')), 'storage');
    expect(levelOf(gate)).toBeUndefined();
  });
});

describe('a disk that fails', () => {
  it('does not bring a withdrawn face back: it is owed, told, and tried again until it is done', async () => {
    const gate = await start();
    gate.people.fail();
    await faultOf(() => gate.terminal.rights.withdraw(HOLDER), 'storage');
    expect([levelOf(gate), await gate.look('holder')]).toEqual(['failed', NOT_RECOGNISED]);
    gate.clock.advance(RIGHTS_RETRY_MS);
    await gate.settle();
    expect([levelOf(gate), entries(gate, 'face-withdrawn')]).toEqual(['failed', []]);
    gate.people.recover();
    gate.clock.advance(RIGHTS_RETRY_MS);
    await gate.settle();
    expect([levelOf(gate), entries(gate, 'face-withdrawn')]).toEqual(['ok', [HOLDER]]);
    expect((await wholeRoster(gate.people)).templates).toEqual([]);
    expect((await gate.terminal.rights.receipt(HOLDER)).receipt.kind).toBe('withdrawal');
  });

  it('names nobody on the health page', async () => {
    const gate = await start();
    gate.people.fail();
    await faultOf(() => gate.terminal.rights.erase(HOLDER), 'storage');
    await faultOf(() => gate.terminal.rights.revoke(CARD_ID), 'command');
    expect(JSON.stringify(gate.health.lines)).not.toContain(HOLDER);
  });
});

describe('a person who is erased', () => {
  it('opens nothing from that very call, by face, card or PIN', async () => {
    const gate = await start();
    const erased = gate.terminal.rights.erase(HOLDER);
    expect(await showCard(gate)).toMatchObject({ kind: 'denied' });
    expect(await gate.look('holder')).toEqual(NOT_RECOGNISED);
    await erased;
    expect(await wholeRoster(gate.people)).toMatchObject({ cardholders: [], credentials: [], templates: [] });
  });

  it('is restricted until the last legal minimum ends, whatever the setting, and the receipt names both dates', async () => {
    const gate = await start();
    const { receipt } = await gate.terminal.rights.erase(HOLDER);
    const at = gate.clock.wall();
    const until = at + LEGAL_MINIMUM.consentRecords;
    expect(receipt).toMatchObject({
      kind: 'erasure',
      biometricKeyDestroyedAt: at,
      recordKey: { kind: 'restricted', until },
    });
    expect(entries(gate, 'erasure-asked')).toEqual([HOLDER]);
    expect(await gate.people.eraseDue(wallTime(until))).toHaveLength(1);
    await faultOf(() => gate.terminal.rights.receipt(HOLDER), 'command');
  });

  it('under a clock that is years behind is kept for as long as under a right one', async () => {
    const gate = await start();
    await gate.terminal.purge.run();
    const right = gate.clock.wall();
    gate.clock.setWall(0);
    const { receipt } = await gate.terminal.rights.erase(HOLDER);
    expect(receipt.recordKey).toEqual({ kind: 'restricted', until: right + LEGAL_MINIMUM.consentRecords });
  });
});

describe('a card that was lost', () => {
  it('opens nothing from that very call, while PIN and face of its holder do', async () => {
    const gate = await start();
    const revoked = gate.terminal.rights.revoke(CARD_ID);
    expect(await showCard(gate)).toEqual({ kind: 'denied', reason: 'unknown-card' });
    const { receipt } = await revoked;
    expect(receipt).toMatchObject({ kind: 'revocation', pseudonym: HOLDER, credential: CARD_ID });
    expect((await gate.people.load()).credentials.map(({ kind }) => kind)).toEqual(['pin']);
    expect(entries(gate, 'credential-revoked')).toEqual([HOLDER]);
    expect(await gate.look('holder')).toEqual(GRANTED);
  });

  it("and is nobody's is a fault", async () => {
    const gate = await start();
    await gate.terminal.rights.revoke(CARD_ID);
    await faultOf(() => gate.terminal.rights.revoke(CARD_ID), 'command');
  });
});

describe('a receipt', () => {
  const placeOf = ({ receipt }: SignedReceipt<DeletionReceipt>): string | undefined => receipt.escrow[0]?.state;

  it('is given again later, when a place that was pending is done', async () => {
    const gate = await start();
    gate.receipts.placeStaysAt(1);
    const first = await gate.terminal.rights.withdraw(HOLDER);
    gate.receipts.placeStaysAt(Infinity);
    const second = await gate.terminal.rights.receipt(HOLDER);
    expect([placeOf(first), placeOf(second)]).toEqual(['pending', 'done']);
    expect((await gate.terminal.rights.receiptAgain(first)).receipt).toMatchObject({ escrow: [{ state: 'done' }] });
  });

  it('of somebody of whom nothing was deleted is none, and a foreign one is not given again', async () => {
    const gate = await start();
    await faultOf(() => gate.terminal.rights.receipt(HOLDER), 'command');
    const { receipt, signature } = await gate.terminal.rights.withdraw(HOLDER);
    await faultOf(async () => gate.terminal.rights.receiptAgain({ receipt, signature, key: 'ff'.repeat(32) }), 'key');
  });
});

describe('whoever looks somebody up by name', () => {
  it('finds that person whatever the letter case, without numbers, and is recorded', async () => {
    const gate = await start();
    const [found, ...others] = await gate.terminal.rights.find(' a. hOLDER');
    expect(others).toEqual([]);
    expect(found).toMatchObject({ pseudonym: HOLDER, relation: 'staff', hasFace: true });
    expect(found?.credentials.map(({ kind }) => kind)).toEqual(['card', 'pin']);
    expect(JSON.stringify(found)).not.toMatch(/0a"|1001|480213/);
    expect(entries(gate, 'records-read')).toEqual([HOLDER]);
    expect(await gate.terminal.rights.find('holder')).toEqual([]);
  });

  it('is shown nothing that cannot be recorded', async () => {
    const gate = await start();
    gate.journal.fail();
    await faultOf(() => gate.terminal.rights.find('A. Holder'), 'journal');
  });
});
