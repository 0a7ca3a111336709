import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import { canonicalJson, type Json } from '#core/kernel/json.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import { newRecoveryKeys, sealTo, unsealAs } from '#storage/keys/curveKeys.ts';
import { Escrow, escrowFile, openEscrow } from '#storage/keys/escrow.ts';
import { createReceipts, verifyReceipt } from '#storage/keys/receipts.ts';
import { faultOf } from '../support/faults.ts';
import { person, secret } from '../support/people.ts';

const AT = wallTime(1_770_000_000_000);
const DELETION: Deletion = {
  pseudonym: person('Ada').cardholder.pseudonym,
  biometricKeyDestroyedAt: AT,
  recordKey: { kind: 'restricted', until: wallTime(AT + 1_000) },
  generation: 7,
};
const SEED = secret();
const issued = createReceipts({
  terminal: 'east gate',
  signingKey: () => Buffer.from(SEED),
  escrow: () => [{ place: '/mnt/safe', state: 'pending' }],
}).issue(DELETION, AT);
const TEXT = JSON.stringify(issued, undefined, 2);
const TRUSTED = [secret(), Buffer.from(issued.key, 'hex')];

let folder = '';
const path = (): string => join(folder, escrowFile('east gate'));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-escrow-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a receipt', () => {
  it('names both dates and every escrow place, and is verified with nothing but itself and the key', () => {
    const receipt = verifyReceipt(TEXT, TRUSTED);
    expect(receipt).toEqual({
      version: 1,
      kind: 'erasure',
      terminal: 'east gate',
      issuedAt: AT,
      escrow: [{ place: '/mnt/safe', state: 'pending' }],
      ...DELETION,
    });
  });

  it('of which anything was changed is refused', async () => {
    const changes: [string, string][] = [
      ['east gate', 'west gate'],
      ['pending', 'done'],
      [String(AT), String(AT - 1)],
      ['erasure', 'withdrawal'],
      ['"generation": 7', '"generation": 8'],
      [issued.signature.slice(0, 4), issued.signature.startsWith('0000') ? '1111' : '0000'],
    ];
    for (const [from, to] of changes) await faultOf(() => verifyReceipt(TEXT.replace(from, to), TRUSTED), 'key');
  });

  it('of a key that is not trusted, with more in it, or that is none, is refused', async () => {
    await faultOf(() => verifyReceipt(TEXT, [secret()]), 'key');
    await faultOf(() => verifyReceipt(TEXT.replace('"kind"', '"more": 1, "kind"'), TRUSTED), 'key');
    for (const none of ['', '{}', '[]', 'null']) await faultOf(() => verifyReceipt(none, TRUSTED), 'key');
  });

  it('is signed in one form, in whatever order its parts stand', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string())), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value as Json))).toEqual(value);
      }),
    );
  });
});

describe('what is sealed to a reader', () => {
  it('opens for that reader in that place alone', () => {
    const [reader, other] = [newRecoveryKeys(), newRecoveryKeys()];
    const sealed = sealTo(reader.public, ['escrow', 1], Buffer.from('content'));
    expect(unsealAs(reader.secret, ['escrow', 1], sealed)?.toString()).toBe('content');
    expect(unsealAs(reader.secret, ['escrow', 2], sealed)).toBeUndefined();
    expect(unsealAs(other.secret, ['escrow', 1], sealed)).toBeUndefined();
    sealed[40]! ^= 1;
    expect(unsealAs(reader.secret, ['escrow', 1], sealed)).toBeUndefined();
  });
});

describe('the escrow of the epoch secret', () => {
  const reader = newRecoveryKeys();
  const made = (places: readonly string[]): Escrow =>
    new Escrow({ places, terminal: 'east gate', recoveryKey: reader.public });

  it('gives the secret back to whoever holds the recovery key, and holds the present one alone', async () => {
    const [first, next] = [secret(), secret()];
    const escrow = made([folder]);
    escrow.replace(first, 1);
    expect(openEscrow(path(), reader.secret)).toEqual({ epoch: Buffer.from(first), generation: 1 });
    escrow.replace(next, 2);
    expect(openEscrow(path(), reader.secret)).toEqual({ epoch: Buffer.from(next), generation: 2 });
    expect(readFileSync(path()).includes(Buffer.from(next))).toBe(false);
    await faultOf(() => openEscrow(path(), newRecoveryKeys().secret), 'key');
  });

  it('leaves a deletion pending for each place that cannot be replaced, until it can', () => {
    const away = join(folder, 'not mounted');
    const here = join(folder, 'here');
    mkdirSync(here);
    const escrow = made([here, away]);
    const states = (): string[] => escrow.statesOf(2).map(({ state }) => state);
    expect(escrow.replace(secret(), 1).map(({ state }) => state)).toEqual(['done', 'pending']);
    expect(states()).toEqual(['pending', 'pending']);
    escrow.replace(secret(), 2);
    expect(states()).toEqual(['done', 'pending']);
    mkdirSync(away);
    escrow.replace(secret(), 2);
    expect(states()).toEqual(['done', 'done']);
  });

  it('is pending everywhere while there is no recovery key, and does not take the place of another terminal for its own', () => {
    const without = new Escrow({ places: [folder], terminal: 'east gate', recoveryKey: undefined });
    expect(without.replace(secret(), 1)).toEqual([{ place: folder, state: 'pending' }]);
    new Escrow({ places: [folder], terminal: 'west gate', recoveryKey: reader.public }).replace(secret(), 9);
    expect(made([folder]).statesOf(1)).toEqual([{ place: folder, state: 'pending' }]);
    writeFileSync(path(), '{');
    expect(made([folder]).statesOf(1)).toEqual([{ place: folder, state: 'pending' }]);
  });
});
