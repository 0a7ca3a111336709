import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { wallTime } from '#core/kernel/units.ts';
import { canonicalJson, type Json } from '#core/kernel/json.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import { newRecoveryKeys, sealTo, unsealAs } from '#storage/keys/curveKeys.ts';
import { Escrow, escrowFile, openEscrow } from '#storage/keys/escrow.ts';
import type { KeyringContent } from '#storage/keys/keyringContent.ts';
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

describe('the escrow of the keyring and its secret', () => {
  const reader = newRecoveryKeys();
  const made = (places: readonly string[], recoveryKey: Uint8Array | undefined = reader.public): Escrow =>
    new Escrow({ places, terminal: 'east gate', recoveryKey: () => recoveryKey });

  it('gives both back to whoever holds the recovery key, and holds the present ones alone', async () => {
    const [first, next] = [secret(), secret()];
    const escrow = made([folder]);
    escrow.replace(first, keyring(1));
    const [old, present] = [keyring(1)(), keyring(2)()];
    expect(openEscrow(path(), reader.secret)).toMatchObject({ epoch: Buffer.from(first), keyring: old });
    escrow.replace(next, () => present);
    const opened = openEscrow(path(), reader.secret);
    expect(opened).toEqual({ terminal: 'east gate', generation: 2, epoch: Buffer.from(next), keyring: present });
    for (const kept of [Buffer.from(next), present.list.sealed, present.revoked[0]!.credential])
      expect(readFileSync(path()).includes(kept)).toBe(false);
    await faultOf(() => openEscrow(path(), newRecoveryKeys().secret), 'key');
  });

  it('is replaced when somebody is enrolled or revoked, or when there is another recovery key, and not otherwise', () => {
    const epoch = secret();
    const [before, after] = [keyring(1), keyring(1, 'enrolled since')];
    const written = (escrow: Escrow, content: () => KeyringContent): boolean => {
      const old = readFileSync(path());
      escrow.replace(epoch, content);
      return !readFileSync(path()).equals(old);
    };
    made([folder]).replace(epoch, before);
    expect(written(made([folder]), before)).toBe(false);
    expect(written(made([folder]), after)).toBe(true);
    expect(written(made([folder], newRecoveryKeys().public), after)).toBe(true);
  });

  it('leaves a deletion pending for each place that cannot be replaced, until it can', () => {
    const away = join(folder, 'not mounted');
    const here = join(folder, 'here');
    mkdirSync(here);
    const escrow = made([here, away]);
    const states = (): string[] => escrow.statesOf(2).map(({ state }) => state);
    expect(escrow.replace(secret(), keyring(1)).map(({ state }) => state)).toEqual(['done', 'pending']);
    expect(states()).toEqual(['pending', 'pending']);
    escrow.replace(secret(), keyring(2));
    expect(states()).toEqual(['done', 'pending']);
    mkdirSync(away);
    escrow.replace(secret(), keyring(2));
    expect(states()).toEqual(['done', 'done']);
  });

  it('is pending everywhere while there is no recovery key, and does not take the place of another terminal for its own', () => {
    const without = new Escrow({ places: [folder], terminal: 'east gate', recoveryKey: () => undefined });
    expect(without.replace(secret(), keyring(1))).toEqual([{ place: folder, state: 'pending' }]);
    new Escrow({ places: [folder], terminal: 'west gate', recoveryKey: () => reader.public }).replace(
      secret(),
      keyring(9),
    );
    expect(made([folder]).statesOf(1)).toEqual([{ place: folder, state: 'pending' }]);
    writeFileSync(path(), '{');
    expect(made([folder]).statesOf(1)).toEqual([{ place: folder, state: 'pending' }]);
  });

  it('does not open with a single bit changed, or one byte less', () => {
    made([folder]).replace(secret(), keyring(1));
    const whole = readFileSync(path());
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(7), fc.boolean(), (at, bit, cut) => {
        const bytes = Buffer.from(cut ? whole.subarray(0, at) : whole);
        if (!cut) bytes[at]! ^= 1 << bit;
        writeFileSync(path(), bytes);
        expect(() => openEscrow(path(), reader.secret)).toThrow(Fault);
      }),
    );
  });
});

/** A keyring as it is sealed; nothing opens it. */
function keyring(generation: number, people = 'people'): () => KeyringContent {
  const sealed = (what: string): Buffer => createHash('sha512').update(`${what} ${generation} ${people}`).digest();
  const blocks = [1, 2].map((block) => ({ block, format: 1, sealed: sealed(`block ${block}`) }));
  const revoked = [{ credential: sealed('card').subarray(0, 16), at: AT }];
  return () => ({ generation, list: { format: 1, sealed: sealed('list') }, blocks, revoked });
}
