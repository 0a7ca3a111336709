import fc from 'fast-check';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { BackupMade } from '#core/ports/backups.ts';
import { unsealOwn } from '#storage/backup/contentKey.ts';
import { BackupFile } from '#storage/backup/readBackup.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { newRecoveryKeys } from '#storage/keys/curveKeys.ts';
import { wholeRoster } from '../../fakes/wholeRoster.ts';
import { faultOf } from '../support/faults.ts';
import { person } from '../support/people.ts';
import { AT, Site, type Machine } from './support/machines.ts';

/** A site with a gate that was backed up and stopped; nothing below may change it. */
let site: Site;
let gate: Machine;
let made: BackupMade;

beforeAll(async () => {
  site = new Site();
  gate = site.machine();
  const storage = await gate.start();
  for (const one of ['Ada', 'Bo'].map(person)) await storage.people.enrol(one);
  await storage.journal.append({ at: wallTime(1), event: { kind: 'terminal-started' } });
  made = await gate.backUp(storage);
  await gate.stop();
});

afterAll(() => site[Symbol.asyncDispose]());

/** Every file of the gate's data folder but the lock, as it is. */
const state = (): string[] =>
  ['keyring.db', 'biometrics.db', 'identities.db', 'journal.db', 'cabinet.json'].map((name) =>
    readFileSync(join(gate.folder, name)).toString('base64'),
  );

describe('a backup that is not as it was written', () => {
  it('is refused for any bit that was changed, and for any length it was cut to', () => {
    using cabinet = openCabinet(gate.folder, gate.root());
    const key = cabinet.key('backup');
    const whole = readFileSync(made.file);
    const scratch = mkdtempSync(join(tmpdir(), 'lintel-flips-'));
    const path = join(scratch, 'backup');
    const opens = (bytes: Uint8Array): void => {
      const into = join(scratch, 'into');
      rmSync(into, { recursive: true, force: true });
      mkdirSync(into);
      writeFileSync(path, bytes);
      using backup = new BackupFile(path);
      using _keys = backup.extract(unsealOwn(backup.header, key), into);
    };
    try {
      opens(whole);
      const header = fc.nat(1_500);
      const anywhere = fc.nat(whole.length - 1);
      fc.assert(
        fc.property(fc.oneof(header, anywhere), fc.nat(7), fc.constantFrom('flip', 'cut', 'add'), (at, bit, how) => {
          const bytes = Buffer.from(how === 'cut' ? whole.subarray(0, at) : whole);
          if (how === 'flip') bytes[at]! ^= 1 << bit;
          const changed = how === 'add' ? Buffer.concat([bytes, Buffer.alloc(bit + 1)]) : bytes;
          expect(() => opens(changed)).toThrow(Fault);
        }),
        { numRuns: 150 },
      );
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  it('is refused by a restore, with the place of the damage, and changes nothing', async () => {
    const before = state();
    const bytes = readFileSync(made.file);
    bytes[bytes.length - 40_000]! ^= 4;
    const damaged = join(site.backups, 'damaged');
    writeFileSync(damaged, bytes);
    expect((await faultOf(() => gate.restore(damaged), 'storage')).found).toMatch(
      /damaged or changed part, bytes \d+ to/,
    );
    expect((await faultOf(() => site.machine('other').takeOver(damaged), 'storage')).found).toContain('damaged');
    expect(state()).toEqual(before);
    expect(gate.beside).toEqual([]);
    expect(existsSync(site.machine('other').folder)).toBe(false);
  });

  it('is refused as of another format, and as no backup at all', async () => {
    const bytes = readFileSync(made.file);
    bytes[7] = '0'.charCodeAt(0);
    const path = join(site.backups, 'other');
    writeFileSync(path, bytes);
    expect((await faultOf(() => gate.restore(path), 'storage')).found).toBe('a backup of format "0"');
    writeFileSync(path, 'no backup at all');
    expect((await faultOf(() => gate.restore(path), 'storage')).found).toBe('a file of another kind');
    await faultOf(() => gate.restore(join(site.backups, 'nothing')), 'storage');
  });
});

describe('a backup that is not for this machine', () => {
  it('is refused where another terminal made it', async () => {
    await using other = new Site();
    const neighbour = other.machine();
    await neighbour.start();
    await neighbour.stop();
    const fault = await faultOf(() => neighbour.restore(made.file), 'storage');
    expect(fault.found).toMatch(/^a backup of terminal [0-9a-f]{16}$/);
  });

  it('is opened on another machine by the recovery key alone, and by that of its site', async () => {
    const other = site.machine('other');
    const wrong = { recoverySecret: newRecoveryKeys().secret };
    expect((await faultOf(() => other.takeOver(made.file, wrong), 'key')).found).toBe('another recovery key');
    const signers = [new Uint8Array(32).fill(7)];
    expect((await faultOf(() => other.takeOver(made.file, { signers }), 'storage')).found).toContain('signature of');
    expect(existsSync(other.folder)).toBe(false);
  });

  it('is refused on a machine that holds the data of a gate, and where the escrow place is away or behind', async () => {
    expect((await faultOf(() => gate.takeOver(made.file), 'storage')).found).toBe('the data of a gate');
    const other = site.machine('other');
    await faultOf(() => other.takeOver(made.file, { escrow: join(site.path, 'away') }), 'key');
    expect(existsSync(other.folder)).toBe(false);
  });
});

describe('a machine that works', () => {
  it('keeps its own journal, and refuses a backup whose end that does not hold', async () => {
    await using own = new Site();
    const machine = own.machine();
    const first = await machine.start();
    await first.journal.append({ at: wallTime(1), event: { kind: 'terminal-started' } });
    await machine.stop();
    const early = join(own.path, 'early.db');
    copyFileSync(join(machine.folder, 'journal.db'), early);
    const storage = await machine.start();
    await storage.journal.append({ at: wallTime(2), event: { kind: 'terminal-stopped' } });
    const { file } = await machine.backUp(storage);
    await machine.stop();
    renameSync(early, join(machine.folder, 'journal.db'));
    const fault = await faultOf(() => machine.restore(file), 'journal');
    expect(fault.found).toContain('ends at entry 1');
    expect(machine.beside).toEqual([]);
    // As the message says: with the journal out of the way the one in the backup is taken.
    rmSync(join(machine.folder, 'journal.db'));
    expect(machine.restore(file)).toMatchObject({ journal: 'from-backup' });
    const opened = await machine.start();
    expect((await opened.journal.read(1 as JournalId, 10)).map(({ event }) => event.kind)).toEqual([
      'terminal-started',
      'terminal-stopped',
      'restored',
    ]);
  });

  it('loses nobody without being told to: not who was enrolled since, nor who does not open any more', async () => {
    await using own = new Site();
    const machine = own.machine();
    const storage = await machine.start();
    await storage.people.enrol(person('Ada'));
    const { file } = await machine.backUp(storage);
    await storage.people.enrol(person('Bo'));
    await storage.keys.change('people');
    await machine.stop();
    const fault = await faultOf(() => machine.restore(file), 'storage');
    expect(fault.expected).toContain('--losing 2');
    expect(machine.restore(file, { losing: 2 })).toMatchObject({ lost: { absent: 1, unreadable: 0, faceless: 1 } });
    const opened = await machine.start();
    const roster = await wholeRoster(opened.people);
    expect(roster.cardholders.map(({ name }) => name)).toEqual([person('Ada').cardholder.name]);
    expect(roster.templates).toEqual([]);
    await machine.stop();
  });

  it('takes a backup of before a change of its backup key with the recovery key', async () => {
    await using own = new Site();
    const machine = own.machine();
    const storage = await machine.start();
    await storage.people.enrol(person('Ada'));
    const { file } = await machine.backUp(storage);
    await storage.keys.change('backup');
    await storage.keys.change('biometrics.db');
    await storage.keys.change('signing');
    await machine.stop();
    await faultOf(() => machine.restore(file), 'key');
    expect(machine.restore(file, { recoverySecret: own.recovery.secret })).toMatchObject({ people: 1 });
    const opened = await machine.start();
    const roster = await wholeRoster(opened.people);
    expect(roster.templates).toHaveLength(1);
    expect(await opened.journal.check({ indexes: true })).toMatchObject({ ok: true });
  });
});

it('a target that is away, or is the data folder itself, gets no backup and says so', async () => {
  const own = new Site();
  await using _site = own;
  const storage = await own.machine().start();
  const make = (folder: string): Promise<BackupMade> => storage.backups.make({ folder, at: AT, verify: true });
  await faultOf(() => make(join(own.path, 'not mounted')), 'storage');
  expect((await faultOf(() => make(join(own.path, 'gate/data')), 'storage')).found).toBe('the data folder');
  await faultOf(() => storage.backups.newest(join(own.path, 'not mounted')), 'storage');
});
